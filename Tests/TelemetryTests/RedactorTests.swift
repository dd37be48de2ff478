import Support
import Testing

@testable import Telemetry

@Suite struct RedactorTests {
    private let redactor = Redactor(secrets: ["s3cr3t/pass", "s3cr3t", "ab", ""])

    private func redact(_ text: String) -> String { redactor.redact(text, limit: 4_096) }

    @Test(arguments: [
        ("nothing here", "nothing here"), ("", ""),
        ("room 101, 3 nights, 250.00 EUR", "room 101, 3 nights, 250.00 EUR"),
        ("s3cr3t/pass and s3cr3t", "[secret] and [secret]"),
        ("postgres://u:s3cr3t%2Fpass@db/x", "postgres://u:[secret]@db/x"),
        ("ab", "ab"), ("ana@example.com", "[e-mail]"), ("<ana.maria+x@mail.example.com>, b@c", "<[e-mail]>, [e-mail]"),
        ("José@ñandú.es", "[e-mail]"), ("a @ b", "a @ b"), ("@home", "@home"), ("ana@", "ana@"),
        ("a@b@c", "[e-mail]@c"),
        ("+34612345678", "[number]"), ("tel 612 345 678.", "tel [number]."), ("612-345-678", "[number]"),
        ("612.34.56.78", "[number]"), ("(612) 345 67 89", "([number]"), ("+1 (555) 010-9999 x", "[number] x"),
        ("4111 1111 1111 1111", "[number]"), ("4111111111111111", "[number]"), ("x4111111111111111y", "x[number]y"),
        ("123456", "123456"), ("123 456", "123 456"), ("1234567", "[number]"), ("612   345   678", "612   345   678"),
        ("٠١٢٣٤٥٦٧", "[number]"), ("６１２３４５６７８", "[number]"), ("612\u{A0}345\u{A0}678", "[number]"),
        ("2026-12-03", "2026-12-03"), ("from 2026-12-03 to 2026-12-05", "from 2026-12-03 to 2026-12-05"),
        ("2026-12-03T10:15:30.123456Z", "2026-12-03T10:15:30.123456Z"), ("2026-12-03 10:15:30", "2026-12-03 10:15:30"),
        ("192.168.100.200", "192.168.100.200"), ("192.168.100.200:5432", "192.168.100.200:5432"),
        ("192.168.100.200.7", "[number]"), ("172.31.100.100", "172.31.100.100"), ("172.32.100.100", "[number]"),
        ("192.168.100.256", "[number]"), ("10.02.100.100", "[number]"), ("10.20.100.100", "10.20.100.100"),
        ("2026-12-03-1234567", "[number]"),
        ("123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174000"),
        ("0af7651916cd43dd8448eb211c80319c", "0af7651916cd43dd8448eb211c80319c"),
    ])
    func takesOutWhatMustNotBeWrittenDown(text: String, redacted: String) {
        #expect(redact(text) == redacted)
    }

    @Test func cutsBetweenCharacters() {
        #expect(redactor.redact("aé😀", limit: 7) == "aé😀")
        #expect(redactor.redact("aé😀", limit: 6) == "aé…")
        #expect(redactor.redact("aé😀", limit: 2) == "a…")
    }

    @Test func findsNumbersAddressesAndSecretsAmongAnything() {
        var generator = SeededGenerator(seed: 1)
        let around = Array(" ,;:/<>|abcxyz\"'¿ñ日😀\n\t_#=&?".unicodeScalars)
        func noise() -> String {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...12, using: &generator) {
                text.append(around.randomElement(using: &generator) ?? " ")
            }
            return String(text)
        }
        func digits(_ count: Int) -> String {
            (0..<count).map { _ in "\(Int.random(in: 0...9, using: &generator))" }.joined()
        }
        for _ in 0..<3_000 {
            let number = digits(Int.random(in: 7...19, using: &generator))
            let grouped = stride(from: 0, to: number.count, by: 3).map { String(number.dropFirst($0).prefix(3)) }
                .joined(separator: [" ", "-", ".", " - "].prefix(3).randomElement(using: &generator) ?? " ")
            let name = "guest" + digits(3)
            let text =
                noise() + "," + number + "," + noise() + "," + grouped + "," + noise() + ",\(name)@mail.example,"
                + noise()
                + "s3cr3t" + noise()
            let redacted = redact(text)
            #expect(!redacted.contains(number), "\(text)")
            #expect(!redacted.contains(grouped), "\(text)")
            #expect(!redacted.contains(name), "\(text)")
            #expect(!redacted.contains("s3cr3t"), "\(text)")
            #expect(redact(redacted) == redacted)
        }
    }

    @Test func survivesAnyText() {
        var generator = SeededGenerator(seed: 2)
        let pieces = Array("0123456789 +-.()@:Tz\u{301}\u{200D}٣é%".unicodeScalars)
        for _ in 0..<5_000 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...40, using: &generator) {
                text.append(pieces.randomElement(using: &generator) ?? "0")
            }
            let redacted = redact(String(text))
            #expect(redact(redacted) == redacted)
            // Never seven digits in a row, whatever stands around them.
            var run = 0
            for scalar in redacted.unicodeScalars {
                run = scalar.properties.numericType == .decimal ? run + 1 : 0
                #expect(run < 7)
            }
        }
    }
}
