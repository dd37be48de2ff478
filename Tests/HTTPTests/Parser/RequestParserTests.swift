import Testing

@testable import HTTP

@Suite struct RequestParserTests {
    @Test(arguments: RequestCorpus.refused)
    func refuses(_ request: RequestCorpus.Refused) {
        #expect(refusal(of: request.text) == request.status)
    }

    @Test(arguments: RequestCorpus.refused)
    func looksAtNothingBehindARefusedRequest(_ request: RequestCorpus.Refused) {
        var parser = RequestParser(limits: .standard)
        parser.receive(Array(request.text.utf8))
        var isRefused = false
        while let event = parser.next() {
            #expect(!isRefused)
            if case .refused = event { isRefused = true }
        }
        #expect(isRefused)
        parser.receive(Array("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
        #expect(parser.next() == nil)
        #expect(parser.waitingCount == 0)
    }

    @Test func readsARequestWithoutABody() {
        #expect(
            rendered("GET /chat?a=b HTTP/1.1\r\nHost: example.org:8002\r\nX-Y:  two words \t\r\nEmpty:\r\n\r\n") == [
                "GET /chat?a=b length(0) true [Host=example.org:8002&X-Y=two words&Empty=]", "body ",
            ])
    }

    @Test func readsABodyByItsLengthAndTheRequestBehindIt() {
        #expect(
            rendered("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\nHost: a\r\n\r\n")
                == [
                    "POST /a? length(5) true [Host=a&Content-Length=5]", "body hello",
                    "GET /b? length(0) true [Host=a]", "body ",
                ])
    }

    @Test func readsChunksWithExtensionsAndATrailerAndTheRequestBehindThem() {
        let text = """
            POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n\
            5;name=\"a b\"\r\nhello\r\n0B;x\r\n, the world\r\n0;last\r\nDigest: x\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n
            """
        #expect(
            rendered(text) == [
                "POST /a? chunked true [Host=a&Transfer-Encoding=Chunked]", "body hello, the world",
                "GET /b? length(0) true [Host=a]", "body ",
            ])
    }

    @Test func forgivesOneEmptyLineBeforeARequest() {
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        let events = ["GET /? length(0) true [Host=a]", "body "]
        #expect(rendered("\r\n\(request)\r\n\(request)") == events + events)
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\n", true), ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n", false),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: te, CLOSE\r\n", false), ("GET / HTTP/1.0\r\n", false),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n", true), ("GET / HTTP/1.3\r\nHost: a\r\n", true),
    ])
    func tellsWhetherTheConnectionGoesOn(_ head: String, keepsAlive: Bool) {
        var parser = RequestParser(limits: .standard)
        parser.receive(Array("\(head)\r\n".utf8))
        guard case .head(let head) = parser.next() else { return #expect(Bool(false), "no head") }
        #expect(head.keepsAlive == keepsAlive)
    }

    @Test func theHostOfAURLReplacesTheField() {
        #expect(
            rendered("GET HTTP://b:81/x?y=1 HTTP/1.1\r\nHost: a\r\n\r\n").first
                == "GET /x?y=1 length(0) true [Host=b:81]")
    }

    @Test func asksForABodyThatIsWaitedWithOnly() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
        var parser = RequestParser(limits: .standard)
        parser.receive(Array(head.utf8))
        guard case .head = parser.next(), case .continueExpected = parser.next() else {
            return #expect(Bool(false), "the client waits in vain")
        }
        #expect(parser.next() == nil)
        var other = RequestParser(limits: .standard)
        other.receive(Array("\(head)hello".utf8))
        guard case .head = other.next(), case .body = other.next() else {
            return #expect(Bool(false), "the client did not wait")
        }
    }

    @Test func aRouteMayAllowLessOrMoreOfABody() {
        for (limit, length, isTaken) in [(10, 10, true), (10, 11, false), (5 << 20, 4 << 20, true)] {
            var parser = RequestParser(limits: .standard)
            parser.receive(Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n".utf8))
            guard case .head = parser.next() else { return #expect(Bool(false), "no head") }
            parser.limitBody(to: limit)
            if case .refused(let refusal) = parser.next() {
                #expect(!isTaken && refusal.status == 413)
            } else {
                #expect(isTaken)
            }
        }
    }

    @Test func takesWhatFillsItsLimitsToTheLastByte() {
        var limits = HTTPLimits()
        limits.requestLine = 40
        limits.headerBytes = 60
        limits.headerCount = 3
        limits.body = 8
        let line = "POST /\(String(repeating: "a", count: 25)) HTTP/1.1"
        #expect(line.utf8.count == 40)
        let fields = "Host: a\r\nTransfer-Encoding: chunked\r\nX: 123456789012345678\r\n"
        #expect(fields.utf8.count == 60)
        let full = "\(line)\r\n\(fields)\r\n"
        #expect(refusal(of: full + "8\r\n12345678\r\n0\r\n\r\n", limits: limits) == nil)
        #expect(refusal(of: full + "8\r\n12345678\r\n1\r\n", limits: limits) == 413)
        #expect(refusal(of: full.replacing("/a", with: "/aa"), limits: limits) == 414)
        #expect(refusal(of: full.replacing("X: 1", with: "X: 11"), limits: limits) == 431)
        #expect(refusal(of: "\(line)\r\nHost: a\r\nA: b\r\nC: d\r\nE: f\r\n\r\n", limits: limits) == 431)
    }
}

extension RequestEvent? {
    fileprivate static func == (event: Self, nothing: Void?) -> Bool {
        if case .none = event { true } else { false }
    }
}
