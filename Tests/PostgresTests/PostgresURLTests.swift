import Postgres
import Support
import Testing

@Suite struct PostgresURLTests {
    @Test func readsAllParts() throws {
        let url = try PostgresURL(
            "postgresql://agente_user:p%40ss%3A%2Fword@db.example:6543/agente_hotel?sslmode=verify-full&sslrootcert=/ca.pem"
        )
        #expect(url.host == "db.example")
        #expect(url.port == 6_543)
        #expect(url.user == "agente_user")
        #expect(url.password == "p@ss:/word")
        #expect(url.database == "agente_hotel")
        #expect(url.sslMode == "verify-full")
        #expect(url.sslRootCertificate == "/ca.pem")
    }

    @Test(
        arguments: [
            ("postgres://", "localhost", 5_432, nil), ("postgresql+asyncpg://h/d", "h", 5_432, "d"),
            ("POSTGRESQL://h", "h", 5_432, nil), ("postgresql://[::1]:7/d", "::1", 7, "d"),
            ("postgresql://u@/d?host=/var/run/postgresql&port=5433", "/var/run/postgresql", 5_433, "d"),
            ("postgresql://%2Ftmp/d", "/tmp", 5_432, "d"), ("postgresql://u:@h/d", "h", 5_432, "d"),
        ] as [(String, String, UInt16, String?)])
    func readsItsForms(_ text: String, _ host: String, _ port: UInt16, _ database: String?) throws {
        let url = try PostgresURL(text)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.database == database)
    }

    @Test(arguments: [
        "", "db", "mysql://h/d", "postgresqlx://h", "postgresql:/h", "postgresql://h:0/d", "postgresql://h:65536/d",
        "postgresql://h:port/d", "postgresql://[::1/d", "postgresql://[::1]x/d", "postgresql://a,b/d",
        "postgresql://h/d?sslmode=maybe",
        "postgresql://h/d?nonsense=1", "postgresql://h/d?port", "postgresql://u%zz@h/d", "postgresql://u%4@h/d",
        "postgresql://u%ff@h/d", "postgresql://u:secret%00@h/d", "postgresql://u:p#w@h/d", "postgresql://h/d\0",
        "postgresql://" + String(repeating: "h", count: 5_000),
    ])
    func refusesWithAReasonThatRepeatsNothing(_ text: String) {
        let error = #expect(throws: PostgresURLError.self) { try PostgresURL(text) }
        #expect(!(error?.description.contains("secret") ?? true))
        #expect(!(error?.problem.isEmpty ?? true))
    }

    @Test func neverShowsThePassword() throws {
        let url = try PostgresURL("postgresql://user:hunter2@h/d")
        var dumped = ""
        dump(url, to: &dumped)
        for text in [url.description, String(reflecting: url), "\(Optional(url) as Any)", dumped] {
            #expect(!text.contains("hunter2"))
        }
        #expect(url.description == "postgresql://user@h:5432/d")
        #expect(
            PostgresURL(host: "/tmp", user: "u", database: "d").description == "postgresql://u@/d?host=/tmp&port=5432")
    }

    @Test func survivesWhateverItIsGiven() throws {
        var generator = SeededGenerator(seed: 7)
        let pieces = [
            "postgresql://", "postgres", "+asyncpg", "://", ":", "@", "/", "?", "&", "=", "%", "%2F", "%zz", "[", "]",
            "::1", "host", "port",
            "5432", "sslmode=", "require", "\0", "é", "🛎", ",", "user", "#", " ",
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...10, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            guard let url = try? PostgresURL((Bool.random(using: &generator) ? "postgresql://" : "") + text) else {
                continue
            }
            accepted += 1
            #expect(!url.host.isEmpty && url.port > 0)
            #expect(url.description.hasPrefix("postgresql://"))
        }
        #expect(accepted > 500)
    }
}
