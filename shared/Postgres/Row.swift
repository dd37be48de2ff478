import CPostgres

/// One row of a result. Columns are asked for by name and type; a name that is not there, a null where none is allowed, or a type that does not
/// fit throws `PostgresError` of kind `unexpectedResult`, which names the column and never its content.
public struct Row: Sendable {
    let storage: ResultStorage
    let columns: Columns
    let index: Int32

    public func isNull(_ column: String) throws(PostgresError) -> Bool { try field(column) == nil }

    /// smallint, integer, bigint, oid, or a numeric that is a whole number.
    public func int(_ column: String) throws(PostgresError) -> Int { try present(optionalInt(column), column) }

    public func optionalInt(_ column: String) throws(PostgresError) -> Int? {
        guard let field = try field(column) else { return nil }
        let value: Int? =
            switch field.type {
            case .int8: field.integer(Int64.self).map { Int($0) }
            case .int4: field.integer(Int32.self).map { Int($0) }
            case .int2: field.integer(Int16.self).map { Int($0) }
            case .oid: field.integer(UInt32.self).map { Int($0) }
            case .numeric: Numeric(field.bytes).flatMap { Int($0.text) }
            default: nil
            }
        return try fitting(value, "a whole number", column)
    }

    /// real, double precision, numeric or an integer.
    public func double(_ column: String) throws(PostgresError) -> Double { try present(optionalDouble(column), column) }

    public func optionalDouble(_ column: String) throws(PostgresError) -> Double? {
        guard let field = try field(column) else { return nil }
        let value: Double? =
            switch field.type {
            case .float8: field.integer(UInt64.self).map { Double(bitPattern: $0) }
            case .float4: field.integer(UInt32.self).map { Double(Float(bitPattern: $0)) }
            case .numeric: Numeric(field.bytes).flatMap { Double($0.text) }
            default: try optionalInt(column).map { Double($0) }
            }
        return try fitting(value, "a number", column)
    }

    public func bool(_ column: String) throws(PostgresError) -> Bool { try present(optionalBool(column), column) }

    public func optionalBool(_ column: String) throws(PostgresError) -> Bool? {
        guard let field = try field(column) else { return nil }
        return try fitting(field.type == .bool ? field.bytes.first.map { $0 != 0 } : nil, "a boolean", column)
    }

    /// Any type of text, an enumeration, JSON, a uuid, a date (`2025-12-03`), an integer or a numeric (all its digits).
    public func text(_ column: String) throws(PostgresError) -> String { try present(optionalText(column), column) }

    public func optionalText(_ column: String) throws(PostgresError) -> String? {
        guard let field = try field(column) else { return nil }
        let value: String? =
            switch field.type {
            case .text, .varchar, .bpchar, .name, .json, .char, .unknown: String(decoding: field.bytes, as: UTF8.self)
            case .jsonb: String(decoding: field.bytes.dropFirst(), as: UTF8.self)
            case .numeric: Numeric(field.bytes)?.text
            case .int8, .int4, .int2, .oid: try optionalInt(column)?.description
            case .uuid: field.uuid
            case .date: field.integer(Int32.self).map { civilDate(daysSince1970: Int($0) + PostgresEpoch.days) }
            default:
                field.type.rawValue >= PostgresType.firstUserDefined
                    ? String(validating: field.bytes, as: UTF8.self) : nil
            }
        return try fitting(value, "text", column)
    }

    /// bytea.
    public func bytes(_ column: String) throws(PostgresError) -> [UInt8] { try present(optionalBytes(column), column) }

    public func optionalBytes(_ column: String) throws(PostgresError) -> [UInt8]? {
        guard let field = try field(column) else { return nil }
        return try fitting(field.type == .bytea ? Array(field.bytes) : nil, "bytea", column)
    }

    /// The UTF-8 of json, jsonb or text.
    public func json(_ column: String) throws(PostgresError) -> [UInt8] { try present(optionalJSON(column), column) }

    public func optionalJSON(_ column: String) throws(PostgresError) -> [UInt8]? {
        guard let field = try field(column) else { return nil }
        let value: [UInt8]? =
            switch field.type {
            case .jsonb: Array(field.bytes.dropFirst())
            case .json, .text, .varchar: Array(field.bytes)
            default: nil
            }
        return try fitting(value, "JSON", column)
    }

    /// Of a timestamptz (or a timestamp, taken as UTC): microseconds since 1970-01-01T00:00:00Z; infinity is `Int.max`, -infinity `Int.min`.
    public func microseconds(_ column: String) throws(PostgresError) -> Int {
        try present(optionalMicroseconds(column), column)
    }

    public func optionalMicroseconds(_ column: String) throws(PostgresError) -> Int? {
        guard let field = try field(column) else { return nil }
        let isTime = field.type == .timestamptz || field.type == .timestamp
        return try fitting(
            isTime ? field.integer(Int64.self).map(PostgresEpoch.fromServer) : nil, "a timestamp", column)
    }

    /// Of a date: days since 1970-01-01.
    public func days(_ column: String) throws(PostgresError) -> Int { try present(optionalDays(column), column) }

    public func optionalDays(_ column: String) throws(PostgresError) -> Int? {
        guard let field = try field(column) else { return nil }
        let value = field.type == .date ? field.integer(Int32.self).map { Int($0) + PostgresEpoch.days } : nil
        return try fitting(value, "a date", column)
    }

    /// A one-dimensional text[]; nulls are nil.
    public func textArray(_ column: String) throws(PostgresError) -> [String?] {
        try array(column, "an array of text").map { $0.map { String(decoding: $0.bytes, as: UTF8.self) } }
    }

    /// A one-dimensional array of integers without nulls.
    public func intArray(_ column: String) throws(PostgresError) -> [Int] {
        var numbers: [Int] = []
        for element in try array(column, "an array of integers") {
            let number: Int? =
                switch element?.type {
                case .int8: element?.integer(Int64.self).map { Int($0) }
                case .int4: element?.integer(Int32.self).map { Int($0) }
                case .int2: element?.integer(Int16.self).map { Int($0) }
                default: nil
                }
            numbers.append(try fitting(number, "an array of integers", column) ?? 0)
        }
        return numbers
    }

    // MARK: Fields

    private func field(_ column: String) throws(PostgresError) -> Field? {
        guard let position = columns.index(of: column) else {
            throw PostgresError(
                .unexpectedResult, "there is no column \(column); there are \(columns.names.joined(separator: ", "))")
        }
        let raw = storage.raw
        guard PQgetisnull(raw, index, Int32(position)) == 0 else { return nil }
        let start = UnsafeRawPointer(PQgetvalue(raw, index, Int32(position)))
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(raw, index, Int32(position))))
        return Field(type: columns.types[position], bytes: bytes)
    }

    private func array(_ column: String, _ expected: String) throws(PostgresError) -> [Field?] {
        guard let field = try field(column) else {
            throw PostgresError(.unexpectedResult, "column \(column) is null")
        }
        guard let elements = field.elements else {
            throw PostgresError(.unexpectedResult, "column \(column) is not \(expected)")
        }
        return elements
    }

    private func present<Value>(_ value: Value?, _ column: String) throws(PostgresError) -> Value {
        guard let value else { throw PostgresError(.unexpectedResult, "column \(column) is null") }
        return value
    }

    private func fitting<Value>(_ value: Value?, _ expected: String, _ column: String) throws(PostgresError) -> Value? {
        guard let value else {
            throw PostgresError(.unexpectedResult, "column \(column) does not fit \(expected)")
        }
        return value
    }
}
