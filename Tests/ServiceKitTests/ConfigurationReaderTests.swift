import Support
import Testing

@testable import ServiceKit

@Suite struct ConfigurationReaderTests {
    private func reader(_ variables: [String: String], files: [String: String] = [:]) -> ConfigurationReader {
        ConfigurationReader(variable: { variables[$0] }, file: { files[$0] })
    }

    private func problems(_ reader: ConfigurationReader) -> [String] {
        do {
            try reader.finish()
            return []
        } catch {
            return error.problems
        }
    }

    @Test func tellsEveryFaultAtOnceAndNoneOfTheValues() {
        var reader = reader(["PORT": "ninety", "WIRE_SECRET": "tooshort-7", "LISTEN": "nowhere", "AUDIO": "maybe"])
        _ = reader.integer("PORT", default: 1, in: 1...65_535)
        _ = reader.secret("WIRE_SECRET", minimumLength: 32, "for the wire")
        _ = reader.secret("SECRET_KEY", "for sessions")
        _ = reader.endpoint("LISTEN", default: "0.0.0.0:1")
        _ = reader.flag("AUDIO", default: true)
        let problems = problems(reader)
        #expect(problems.count == 5)
        for name in ["PORT", "WIRE_SECRET", "SECRET_KEY", "LISTEN", "AUDIO"] {
            #expect(problems.contains { $0.hasPrefix("\(name) ") })
        }
        #expect(!problems.joined().contains("tooshort-7"))
        #expect(!problems.joined().contains("ninety"))
    }

    @Test func aSecretMayComeAsAFile() {
        var reader = reader(["SECRET_KEY_FILE": "/run/secrets/key"], files: ["/run/secrets/key": "0123456789abcdef\n"])
        #expect(reader.secret("SECRET_KEY", "for sessions") == "0123456789abcdef")
        #expect(problems(reader).isEmpty)
        #expect(reader.secretValues == ["0123456789abcdef"])
        #expect(reader.summary.contains { $0.name == "SECRET_KEY" && $0.value == "set" })
    }

    @Test func aFileThatCannotBeReadIsAFault() {
        var reader = reader(["SECRET_KEY_FILE": "/run/secrets/none"])
        _ = reader.secret("SECRET_KEY", "for sessions")
        #expect(problems(reader).contains { $0.hasPrefix("SECRET_KEY_FILE ") })
    }

    @Test(
        "a placeholder stops a service outside development",
        arguments: [
            "REPLACE_WITH_YOUR_KEY_0123456789", "changeme-changeme-changeme", "your-secret-here-please",
            "password123password123",
        ])
    func placeholders(_ value: String) {
        for (environment, isRefused) in [
            ("staging", true), ("production", true), ("development", false), ("lab", true),
        ] {
            var reader = reader(["ENVIRONMENT": environment, "SECRET_KEY": value])
            _ = reader.secret("SECRET_KEY", "for sessions")
            #expect(problems(reader).isEmpty != isRefused)
        }
    }

    @Test func readsEndpoints() {
        #expect(Endpoint("pms-adapter:7003") == Endpoint(host: "pms-adapter", port: 7003))
        #expect(Endpoint("[::1]:7003") == Endpoint(host: "::1", port: 7003))
        for text in ["", ":1", "host", "host:", "host:99999", "::1:7003", "a b:1", "host:-1"] {
            #expect(Endpoint(text) == nil)
        }
    }

    @Test func randomTextNeverEndsTheProcess() {
        var random = SeededGenerator(seed: 3)
        let pieces = ["http://", "https://", ":", "[", "]", "::", "é", "\0", " ", "host", "99999", "?", "@", "/"]
        for _ in 0..<5_000 {
            let text = (0..<Int.random(in: 0..<6, using: &random)).map { _ in pieces.randomElement(using: &random)! }
                .joined()
            var reader = reader(["A": text])
            _ = Endpoint(text)
            _ = reader.httpAddress("A")
            _ = reader.endpoint("A", default: "h:1")
            _ = reader.integer("A", default: 0, in: 0...1)
        }
    }
}
