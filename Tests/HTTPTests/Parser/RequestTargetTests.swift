import Testing

@testable import HTTP

@Suite struct RequestTargetTests {
    @Test(arguments: [
        ("/", "/"), ("/chat", "/chat"), ("/a/b/", "/a/b/"), ("/a//b", "/a//b"), ("/a/./b", "/a/b"),
        ("/a/../b", "/b"), ("/../../etc/passwd", "/etc/passwd"), ("/a/%2e%2E/%2e/b", "/b"), ("/a/b/..", "/a/"),
        ("/..", "/"), ("/.", "/"), ("/...", "/..."), ("/.well-known/x", "/.well-known/x"),
        ("/habitaci%C3%B3n/%F0%9F%8F%A8", "/habitación/🏨"), ("/a%20b", "/a b"), ("/a+b", "/a+b"), ("/a;b=c", "/a;b=c"),
        ("http://a", "/"), ("http://a?x", "/"),
    ])
    func normalises(_ target: String, path: String) throws {
        #expect(try RequestTarget(Array(target.utf8), method: "GET").path == path)
    }

    @Test func theWholeServerIsATargetOfOptions() throws {
        #expect(try RequestTarget(Array("*".utf8), method: "OPTIONS").path == "*")
    }

    @Test func decodesItsQueryWhenAsked() throws {
        let query = try RequestTarget(
            Array("/?hub.mode=subscribe&q=doble+del+3%20al%205&q=%C3%B1%26&empty&=x&a=b=c?d".utf8), method: "GET"
        ).query
        #expect(query.first("hub.mode") == "subscribe")
        #expect(query.all("q") == ["doble del 3 al 5", "ñ&"])
        #expect(query.first("empty") == "")
        #expect(query.first("") == "x")
        #expect(query.first("a") == "b=c?d")
        #expect(query.first("none") == nil)
    }
}
