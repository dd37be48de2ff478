import Redis
import Support
import Testing

@Suite struct RedisURLTests {
    @Test func readsAllParts() throws {
        let url = try RedisURL("redis://agente:p%40ss%2F@cache.example:6380/3")
        #expect(url.location == .tcp(host: "cache.example", port: 6_380))
        #expect(url.user == "agente")
        #expect(url.password == "p@ss/")
        #expect(url.database == 3)
    }

    @Test(
        arguments: [
            ("redis://", .tcp(host: "localhost", port: 6_379), 0), ("REDIS://h", .tcp(host: "h", port: 6_379), 0),
            ("redis://h:1/", .tcp(host: "h", port: 1), 0), ("redis://[::1]:7/2", .tcp(host: "::1", port: 7), 2),
            ("redis://h?db=4", .tcp(host: "h", port: 6_379), 4),
            ("unix:///run/redis.sock", .unix(path: "/run/redis.sock"), 0),
            ("unix:///run/a%20b?db=5", .unix(path: "/run/a b"), 5),
        ] as [(String, RedisURL.Location, Int)])
    func readsItsForms(_ text: String, _ location: RedisURL.Location, _ database: Int) throws {
        let url = try RedisURL(text)
        #expect(url.location == location)
        #expect(url.database == database)
        #expect(url.password == nil)
        #expect(try RedisURL(url.description.replacing(" ", with: "%20")) == url)
    }

    @Test(arguments: [
        "", "host:6379", "http://h", "rediss://h", "redis://h:0", "redis://h:70000", "redis://h:x", "redis://[::1/0",
        "redis://[::1]x",
        "redis://h/x", "redis://h/-1", "redis://secret@h", "redis://:sec%zzret@h", "redis://:secret%00@h",
        "redis://:secret%ff@h",
        "unix://relative/path", "unix://", "unix:///", "unix:///" + String(repeating: "p", count: 107), "redis://h?db",
        "redis://h?x=1",
        "redis://:secret#@h", "redis://h\0", "redis://:secret%+1@h", "redis://" + String(repeating: "h", count: 5_000),
    ])
    func refusesWithAReasonThatRepeatsNothing(_ text: String) {
        let error = #expect(throws: RedisURLError.self) { try RedisURL(text) }
        #expect(!(error?.problem.isEmpty ?? true))
        #expect(!(error?.description.contains("secret") ?? true))
    }

    @Test func neverShowsThePassword() throws {
        let url = try RedisURL("redis://:hunter2@h")
        var dumped = ""
        dump(url, to: &dumped)
        for text in [url.description, String(reflecting: url), "\(Optional(url) as Any)", dumped] {
            #expect(!text.contains("hunter2"))
        }
    }

    @Test func survivesWhateverItIsGiven() throws {
        var generator = SeededGenerator(seed: 9)
        let pieces = [
            "redis://", "unix://", ":", "@", "/", "?", "&", "=", "%", "%2F", "%zz", "[", "]", "::1", "host", "6379",
            "db=", "3", "password=",
            "\0", "é", "🛎", "#", " ", "+",
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...8, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            guard let url = try? RedisURL((Bool.random(using: &generator) ? "redis://" : "unix:///") + text) else {
                continue
            }
            accepted += 1
            switch url.location {
            case .tcp(let host, let port): #expect(!host.isEmpty && port > 0)
            case .unix(let path): #expect(path.hasPrefix("/") && path.utf8.count <= 107)
            }
        }
        #expect(accepted > 500)
    }
}
