import Postgres
import Servers
import Support
import Testing

/// Every type on its way to the server and back.
@Suite struct ValuesTests {
    private static let scalars = Statement(
        "scalars",
        """
        SELECT $1::smallint AS small, $2::integer AS medium, $3::bigint AS large, $4::numeric AS exact, $5::double precision AS wide,
            $6::real AS narrow, $7::boolean AS truth, $8::text AS words, $9::bytea AS raw, $10::jsonb AS document, $11::json AS loose,
            $12::timestamptz AS moment, $13::uuid AS id, $14::date AS day, $15::text AS nothing
        """)

    @Test func scalarsComeBackAsTheyWent() async throws {
        try await withPool { (pool, _) async throws in
            let raw = (0...255).map { UInt8($0) }
            let rows = try await pool.query(
                Self.scalars,
                [
                    .int(-32_768), .int(2_147_483_647), .int(.min), .text("12345678901234567890.1200"), .double(0.1),
                    .double(1.5),
                    .bool(true), .text("ñ 日本 🛎 'quoted' \\"), .bytes(raw), .json(Array(#"{"a": [1, null, "ü"]}"#.utf8)),
                    .json(Array(#"{"b":2,"b":3}"#.utf8)), .timestamp(microseconds: 1_764_720_000_123_456),
                    .text("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), .text("2025-12-03"), .null,
                ])
            let row = try #require(rows.first)
            #expect(rows.count == 1)
            #expect(try row.int("small") == -32_768)
            #expect(try row.int("medium") == 2_147_483_647)
            #expect(try row.int("large") == .min)
            #expect(try row.text("exact") == "12345678901234567890.1200")
            #expect(try row.double("wide") == 0.1)
            #expect(try row.double("narrow") == 1.5)
            #expect(try row.bool("truth"))
            #expect(try row.text("words") == "ñ 日本 🛎 'quoted' \\")
            #expect(try row.bytes("raw") == raw)
            #expect(String(decoding: try row.json("document"), as: UTF8.self) == #"{"a": [1, null, "ü"]}"#)
            #expect(String(decoding: try row.json("loose"), as: UTF8.self) == #"{"b":2,"b":3}"#)
            #expect(try row.microseconds("moment") == 1_764_720_000_123_456)
            #expect(try row.text("id") == "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")
            #expect(try row.text("day") == "2025-12-03")
            #expect(try row.days("day") == 20_425)
            #expect(try row.optionalText("nothing") == nil)
            #expect(try row.isNull("nothing"))
        }
    }

    private static let arrays = Statement(
        "arrays",
        """
        SELECT cardinality($1::integer[]) AS ints, $1::integer[] AS numbers, $2::text[] AS words, $3::bytea[] AS blobs,
            $4::jsonb[] AS documents, $5::timestamptz[] AS moments, (SELECT max(m) FROM unnest($5::timestamptz[]) AS m) AS latest,
            (SELECT count(*) FROM unnest($3::bytea[]) AS b WHERE b IS NULL) AS missing, ($3::bytea[])[1] AS blob, ($4::jsonb[])[2] AS second
        """)

    @Test func arraysComeBackAsTheyWent() async throws {
        try await withPool { (pool, _) async throws in
            let words: [String?] = ["", "a,b", "\"{}\"", nil, "NULL", "\\", "ñ"]
            let row = try #require(
                await pool.query(
                    Self.arrays,
                    [
                        .intArray([1, -2, 3]), .textArray(words), .bytesArray([[0, 255, 92], nil]),
                        .jsonArray([Array("1".utf8), Array(#"{"k":"v"}"#.utf8)]),
                        .timestampArray([1_000_000, nil, 1_764_720_000_000_000]),
                    ]
                ).first)
            #expect(try row.int("ints") == 3)
            #expect(try row.intArray("numbers") == [1, -2, 3])
            #expect(try row.textArray("words") == words)
            #expect(try row.microseconds("latest") == 1_764_720_000_000_000)
            #expect(try row.int("missing") == 1)
            #expect(try row.bytes("blob") == [0, 255, 92])
            #expect(try row.text("second") == #"{"k": "v"}"#)
            let empty = try #require(
                await pool.query(
                    Self.arrays,
                    [.intArray([]), .textArray([]), .bytesArray([]), .jsonArray([]), .timestampArray([])]
                ).first)
            #expect(try empty.intArray("numbers") == [])
            #expect(try empty.textArray("words") == [])
        }
    }

    private static let nullable = Statement(
        "nullable", "SELECT $1::timestamptz AS moment, $2::text[] AS words, $3::bytea AS raw, $4::integer AS number")

    @Test func aParameterMayBeNullFirstAndAValueLater() async throws {
        try await withPool(size: 1) { (pool, _) async throws in
            for values in [
                [.null, .null, .null, .null],
                [.timestamp(microseconds: 5), .textArray(["x"]), .bytes([1]), .int(2)],
                [.null, .null, .null, .null],
                [.timestamp(microseconds: 6), .textArray([nil]), .bytes([]), .int(3)],
            ] as [[PostgresValue]] {
                let row = try #require(await pool.query(Self.nullable, values).first)
                if case .timestamp(let microseconds) = values[0] {
                    #expect(try row.microseconds("moment") == microseconds)
                } else {
                    #expect(
                        try row.isNull("moment") && row.isNull("words") && row.isNull("raw") && row.isNull("number"))
                }
            }
        }
    }

    private static let numeric = Statement(
        "numeric", "SELECT $1::text::numeric AS value, $1::text::numeric::text AS text")

    @Test func numericsReadAsTheServerWritesThem() async throws {
        var generator = SeededGenerator(seed: 11)
        var texts = [
            "0", "-0", "0.00", "1", "10000", "99999999", "0.0001", "0.00000001", "-123456789.987654321", "1e20",
            "1e-20", "NaN", "Infinity",
            "-Infinity", "100000000000000000000000000000000000000000.5", "0.10000", "1000000",
        ]
        for _ in 0..<200 {
            let digits = (0..<Int.random(in: 1...30, using: &generator)).map { _ in
                String(Int.random(in: 0...9, using: &generator))
            }
            let point = Int.random(in: 0...digits.count, using: &generator)
            texts.append(
                (Bool.random(using: &generator) ? "-" : "") + "0" + digits[..<point].joined() + "."
                    + digits[point...].joined() + "0")
        }
        try await withPool { (pool, _) async throws in
            for text in texts {
                let row = try #require(await pool.query(Self.numeric, [.text(text)]).first)
                #expect(try row.text("value") == row.text("text"), "of \(text)")
            }
        }
    }

    private static let sums = Statement(
        "sums", "SELECT sum(n) AS total, count(*) AS count FROM unnest($1::bigint[]) AS n")

    @Test func aSumOfBigintsReadsAsAnInteger() async throws {
        try await withPool { (pool, _) async throws in
            let row = try #require(await pool.query(Self.sums, [.intArray([7_000_000_000, 5])]).first)
            #expect(try row.int("total") == 7_000_000_005)
            #expect(try row.int("count") == 2)
        }
    }

    private static let moments = Statement(
        "moments",
        "SELECT 'infinity'::timestamptz AS forever, '-infinity'::timestamptz AS never, $1::timestamptz = 'infinity' AS same"
    )

    @Test func infinityIsTheLargestTime() async throws {
        try await withPool { (pool, _) async throws in
            let row = try #require(await pool.query(Self.moments, [.timestamp(microseconds: .max)]).first)
            #expect(try row.microseconds("forever") == .max)
            #expect(try row.microseconds("never") == .min)
            #expect(try row.bool("same"))
        }
    }

    private static let echo = Statement("echo", "SELECT $1::text AS value")
    private static let echoJSON = Statement("echo json", "SELECT $1::jsonb AS value")
    private static let echoInt = Statement("echo int", "SELECT $1::integer AS value")

    @Test func whatCanNotBeStoredIsRefusedWithoutRepeatingIt() async throws {
        try await withPool { (pool, _) async throws in
            let nul = await postgresError { _ = try await pool.query(Self.echo, [.text("secret\0text")]) }
            #expect(nul?.kind == .invalidParameter)
            #expect(nul?.outcomeUnknown == false)
            let escape = await postgresError {
                _ = try await pool.query(Self.echoJSON, [.json(Array(#""secret\u0000""#.utf8))])
            }
            #expect(escape?.sqlState == "22P05")
            let number = await postgresError { _ = try await pool.query(Self.echoInt, [.text("secret")]) }
            #expect(number?.sqlState == "22P02")
            let missing = await postgresError { _ = try await pool.query(Self.echo) }
            #expect(missing?.sqlState == "08P01")
            #expect(missing?.isTransient == false)
            for error in [nul, escape, number, missing] { #expect(error?.description.contains("secret") == false) }
            // The connection goes on.
            #expect(try await pool.query(Self.echo, [.text("x")]).first?.text("value") == "x")
        }
    }

    @Test func anUnfittingColumnIsNamed() async throws {
        try await withPool { (pool, _) async throws in
            let row = try #require(await pool.query(Self.echo, [.text("secret")]).first)
            for error in [
                await postgresError { _ = try row.int("value") }, await postgresError { _ = try row.text("valeu") },
                await postgresError { _ = try row.bytes("value") },
                await postgresError { _ = try row.intArray("value") },
            ] {
                #expect(error?.kind == .unexpectedResult)
                #expect(error?.description.contains("value") == true)
                #expect(error?.description.contains("secret") == false)
            }
        }
    }

    private static let large = Statement(
        "large", "SELECT $1::bytea AS value, md5($1::bytea) AS sum, length($2::text) AS length")

    @Test func fiveMegabytesGoAndComeBack() async throws {
        var generator = SeededGenerator(seed: 3)
        let piece = (0..<65_536).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        let bytes = [UInt8](repeatElement(piece, count: 80).joined())
        try await withPool { (pool, _) async throws in
            // Several at once, so that both directions are full at the same time.
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        let rows = try await pool.query(
                            Self.large, [.bytes(bytes), .text(String(repeating: "é", count: 1 << 20))],
                            deadline: .seconds(60))
                        return try rows.first?.bytes("value") == bytes && rows.first?.int("length") == 1 << 20
                    }
                }
                for try await isSame in group { #expect(isSame) }
            }
        }
    }
}
