import HTTP
import Loop
import Support
import Testing

@Suite struct HTTPServerTests {
    private static func request(_ method: String, _ path: String, _ fields: String = "", body: String = "") -> String {
        let length = method == "POST" ? "Content-Length: \(body.utf8.count)\r\n" : ""
        return "\(method) \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\(length)\r\n\(body)"
    }

    private static func echo(_ router: inout HTTPRouter) {
        router.on("GET", "/hello/{name}") { .text(200, "hello \($0.parameters["name"] ?? "")") }
        router.on("POST", "/echo", bodyLimit: 4 << 20) { .bytes(200, $0.body, type: "text/plain") }
    }

    @Test func answersOneRequestAfterTheOtherOnOneConnection() async throws {
        try await TestServer.run(Self.echo) { server in
            let client = try RawClient(server.address)
            for name in ["ana", "jos%C3%A9"] {
                try await client.send(Self.request("GET", "/hello/\(name)"))
                let answer = try await client.answer()
                #expect(answer.status == 200)
                #expect(answer.body == (name == "ana" ? "hello ana" : "hello josé"))
                #expect(answer.field("Connection") == nil)
                #expect(answer.field("Date")?.hasSuffix(" GMT") == true)
            }
        }
    }

    @Test func answersPipelinedRequestsInTheirOrder() async throws {
        let gate = Gate()
        try await TestServer.run {
            Self.echo(&$0)
            $0.on("GET", "/slow") { _ in
                await gate.pass()
                return .text(200, "slow")
            }
        } _: { server in
            let client = try RawClient(server.address)
            let requests = ["/hello/1", "/slow", "/hello/2", "/nothing", "/hello/3"]
            try await client.send(requests.map { Self.request("GET", $0) }.joined())
            #expect(try await client.answer().body == "hello 1")
            #expect(await eventually { await gate.arrivals == 1 })
            await gate.open()
            #expect(try await client.answer().body == "slow")
            #expect(try await client.answer().body == "hello 2")
            #expect(try await client.answer().status == 404)
            #expect(try await client.answer().body == "hello 3")
        }
    }

    @Test func thousandsOfPipelinedRequestsFromAClientThatReadsLateAreAllAnswered() async throws {
        try await TestServer.run(Self.echo) { server in
            let client = try RawClient(server.address)
            let body = String(repeating: "x", count: 2_000)
            let requests = String(repeating: Self.request("POST", "/echo", body: body), count: 3_000)
            let sender = client.sender
            async let sent: Void = sender.send(Array(requests.utf8))
            for _ in 0..<3_000 { #expect(try await client.answer().body.utf8.count == 2_000) }
            try await sent
        }
    }

    @Test func closesAfterTheAnswerWhenAsked() async throws {
        try await TestServer.run(Self.echo) { server in
            let client = try RawClient(server.address)
            try await client.send(
                Self.request("GET", "/hello/a", "Connection: close\r\n") + Self.request("GET", "/hello/b"))
            let answer = try await client.answer()
            #expect(answer.field("Connection") == "close")
            #expect(try await client.rest() == "")
        }
    }

    @Test func aClientOfHTTP10IsToldThatTheConnectionGoesOn() async throws {
        try await TestServer.run(Self.echo) { server in
            let client = try RawClient(server.address)
            try await client.send("GET /hello/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.answer().field("Connection") == "keep-alive")
            try await client.send("GET /hello/a HTTP/1.0\r\n\r\n")
            #expect(try await client.answer().field("Connection") == "close")
            #expect(try await client.rest() == "")
        }
    }

    @Test func aClientThatSendsItsEndWithItsRequestIsAnswered() async throws {
        try await TestServer.run(Self.echo) { server in
            let client = try RawClient(server.address)
            try await client.send(Self.request("GET", "/hello/a") + Self.request("GET", "/hello/b"))
            client.finish()
            #expect(try await client.answer().body == "hello a")
            #expect(try await client.answer().body == "hello b")
            #expect(try await client.rest() == "")
        }
    }

    @Test func answersHeadWithoutABodyAndOptionsAndWrongMethodsWithWhatIsAllowed() async throws {
        try await TestServer.run(Self.echo) { server in
            let client = try RawClient(server.address)
            try await client.send(Self.request("HEAD", "/hello/ana"))
            let head = try await client.answer(isHead: true)
            #expect(head.status == 200)
            #expect(head.field("Content-Length") == "9")
            try await client.send(Self.request("OPTIONS", "/echo"))
            let options = try await client.answer()
            #expect(options.status == 204)
            #expect(options.field("Allow") == "POST, OPTIONS")
            #expect(options.field("Content-Length") == nil)
            try await client.send(Self.request("GET", "/echo"))
            let wrong = try await client.answer()
            #expect(wrong.status == 405)
            #expect(wrong.field("Allow") == "POST, OPTIONS")
            #expect(wrong.body.contains(#""code":"method_not_allowed""#))
        }
    }

    @Test func everyAnswerHasTheDefaultFieldsRefusalsToo() async throws {
        try await TestServer.run {
            $0.defaultHeaders = ["X-Content-Type-Options": "nosniff"]
        } _: { server in
            let client = try RawClient(server.address)
            try await client.send(Self.request("GET", "/nothing") + "BAD\r\n\r\n")
            #expect(try await client.answer().field("X-Content-Type-Options") == "nosniff")
            let refusal = try await client.answer()
            #expect(refusal.status == 400)
            #expect(refusal.field("X-Content-Type-Options") == "nosniff")
        }
    }

    @Test func whatFollowsARefusedRequestIsNotAnswered() async throws {
        try await TestServer.run(Self.echo) { server in
            let client = try RawClient(server.address)
            try await client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"
                    + Self.request("GET", "/hello/smuggled"))
            let answer = try await client.answer()
            #expect(answer.status == 400)
            #expect(answer.field("Connection") == "close")
            #expect(try await client.rest() == "")
        }
    }

    @Test func aClientThatSendsTooMuchReadsWhyBeforeTheConnectionCloses() async throws {
        try await TestServer.run {
            $0.on("POST", "/small", bodyLimit: 10) { .bytes(200, $0.body, type: "x") }
        } _: {
            server in
            let client = try RawClient(server.address)
            try await client.send("POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 3250586\r\n\r\n")
            // The server reads and drops what comes; it may well close before all of it is sent.
            try? await client.send([UInt8](repeating: 65, count: 1 << 20))
            let answer = try await client.answer()
            #expect(answer.status == 413)
            #expect(answer.body.contains("content_too_large"))
        }
    }

    @Test func takesABodyUpToTheRoutesLimitWholeAndInChunks() async throws {
        try await TestServer.run(Self.echo) { server in
            let client = try RawClient(server.address)
            let body = String(repeating: "0123456789abcdef", count: 1 << 18)
            try await client.send(Self.request("POST", "/echo", body: body))
            #expect(try await client.answer().body == body)
            try await client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + String(repeating: "10\r\n0123456789abcdef\r\n", count: 1_000) + "0\r\n\r\n")
            #expect(try await client.answer().body == String(repeating: "0123456789abcdef", count: 1_000))
        }
    }

    @Test func asksForABodyThatTheClientHoldsBack() async throws {
        try await TestServer.run(Self.echo) { server in
            let client = try RawClient(server.address)
            try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await client.text(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send("hello")
            #expect(try await client.answer().body == "hello")
            try await client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await client.answer().status == 413)
        }
    }

    @Test func halfARequestAndSilenceIsAnswered408() async throws {
        var limits = HTTPLimits()
        limits.headTime = .milliseconds(30)
        limits.bodyTime = .milliseconds(30)
        try await TestServer.run(limits: limits, Self.echo) { server in
            for half in [
                "GET /hello/a HTTP/1.1\r\nHost", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel",
            ] {
                let client = try RawClient(server.address)
                try await client.send(half)
                let answer = try await client.answer()
                #expect(answer.status == 408)
                #expect(answer.field("Connection") == "close")
                #expect(try await client.rest() == "")
            }
        }
    }

    @Test func aHeadThatDripsIsRefusedAllTheSame() async throws {
        var limits = HTTPLimits()
        limits.headTime = .milliseconds(50)
        try await TestServer.run(limits: limits, Self.echo) { server in
            let client = try RawClient(server.address)
            let sender = client.sender
            let drip = Task {
                try await sender.send(Array("GET / HTTP/1.1\r\n".utf8))
                while !Task.isCancelled { try await sender.send(Array("X: y\r\n".utf8), pause: .milliseconds(2)) }
            }
            #expect(try await client.answer().status == 408)
            drip.cancel()
            _ = await drip.result
        }
    }

    @Test func anIdleConnectionIsClosedWithoutAWord() async throws {
        var limits = HTTPLimits()
        limits.idleTime = .milliseconds(30)
        try await TestServer.run(limits: limits, Self.echo) { server in
            let client = try RawClient(server.address)
            #expect(try await client.rest() == "")
            let other = try RawClient(server.address)
            try await other.send(Self.request("GET", "/hello/a"))
            #expect(try await other.answer().status == 200)
            #expect(try await other.rest() == "")
            #expect(await eventually { await server.server.connectionCount == 0 })
        }
    }

    @Test func aClientThatReadsNothingIsCutOff() async throws {
        var limits = HTTPLimits()
        limits.writeTime = .milliseconds(50)
        try await TestServer.run(limits: limits) {
            $0.on("GET", "/large") { _ in .bytes(200, [UInt8](repeating: 65, count: 32 << 20), type: "x") }
        } _: { server in
            let client = try RawClient(server.address)
            try await client.send(Self.request("GET", "/large"))
            #expect(await eventually { await server.server.connectionCount == 1 })
            #expect(await eventually { await server.server.connectionCount == 0 })
        }
    }

    @Test func oneConnectionTooManyIsTurnedAwayAndTheOthersGoOn() async throws {
        var limits = HTTPLimits()
        limits.connections = 2
        try await TestServer.run(limits: limits, Self.echo) { server in
            let clients = try (0..<2).map { _ in try RawClient(server.address) }
            #expect(await eventually { await server.server.connectionCount == 2 })
            let third = try RawClient(server.address)
            #expect(try await third.answer().status == 503)
            #expect(try await third.rest() == "")
            for client in clients {
                try await client.send(Self.request("GET", "/hello/a"))
                #expect(try await client.answer().status == 200)
            }
        }
    }

    @Test func anErrorThatAHandlerThrowsIsAnsweredWithoutItsDetails() async throws {
        struct Secret: Error { var password = "hunter2" }
        try await TestServer.run {
            $0.on("GET", "/broken") { _ in throw Secret() }
            $0.on("GET", "/busy") { _ in
                throw HTTPError(429, "rate_limited", "too many requests", headers: ["Retry-After": "7"])
            }
        } _: { server in
            let client = try RawClient(server.address)
            try await client.send(Self.request("GET", "/broken") + Self.request("GET", "/busy"))
            let broken = try await client.answer()
            #expect(broken.status == 500)
            #expect(!broken.body.contains("hunter2"))
            let busy = try await client.answer()
            #expect(busy.status == 429)
            #expect(busy.field("Retry-After") == "7")
            #expect(busy.body == #"{"error":{"code":"rate_limited","message":"too many requests"}}"#)
        }
    }

    @Test func handlersStayOnTheLoopAcrossSuspensions() async throws {
        try await TestServer.run { _ in
        } _: { _ in
        }
        let loop = try EventLoop(name: "test")
        var router = HTTPRouter()
        router.on("GET", "/") { _ in
            let before = loop.isCurrent
            try await loop.sleep(for: .milliseconds(1))
            await Self.nothing()
            return .text(200, "\(before) \(loop.isCurrent)")
        }
        let server = HTTPServer(loop: loop, router: router, observability: .quiet(service: "test"))
        let client = try RawClient(try await server.listen(on: SocketAddress(host: "127.0.0.1", port: 0)))
        try await client.send(Self.request("GET", "/"))
        #expect(try await client.answer().body == "true true")
        await server.close()
        loop.stop()
    }

    private static func nothing() async {}

    @Test func drainingFinishesWhatHasBegunAndClosesTheRest() async throws {
        let gate = Gate()
        try await TestServer.run {
            $0.on("GET", "/slow") { _ in
                await gate.pass()
                return .text(200, "done")
            }
        } _: { server in
            let idle = try RawClient(server.address)
            let busy = try RawClient(server.address)
            try await busy.send(Self.request("GET", "/slow") + Self.request("GET", "/slow"))
            #expect(await eventually { await gate.arrivals == 1 })
            #expect(await eventually { await server.server.connectionCount == 2 })
            let drain = Task { await server.server.drain(for: .seconds(60)) }
            #expect(try await idle.rest() == "")
            await gate.open()
            let answer = try await busy.answer()
            #expect(answer.body == "done")
            #expect(answer.field("Connection") == "close")
            #expect(try await busy.rest() == "")
            busy.finish()
            await drain.value
            #expect(await gate.arrivals == 1)
            #expect(throws: (any Error).self) { try Self.connectNow(server.address) }
        }
    }

    @Test func drainingEndsByItsTime() async throws {
        let gate = Gate()
        try await TestServer.run {
            $0.on("GET", "/slow") { _ in
                await gate.pass()
                return .text(200, "done")
            }
        } _: { server in
            let client = try RawClient(server.address)
            try await client.send(Self.request("GET", "/slow"))
            #expect(await eventually { await gate.arrivals == 1 })
            await server.server.drain(for: .milliseconds(20))
            #expect(await server.server.connectionCount == 0)
            #expect(try await client.rest() == "")
            await gate.open()
        }
    }

    private static func connectNow(_ address: SocketAddress) throws {
        let (descriptor, _) = try Socket.connect(to: address)
        defer { Socket.close(descriptor) }
        var code = Socket.pendingError(of: descriptor)
        if code == 0 {
            code = Socket.send(descriptor, UnsafeRawBufferPointer(start: nil, count: 0)) == .bytes(0) ? 0 : 1
        }
        if code != 0 { throw SocketError(operation: "connect to", address: "\(address)", code: code) }
    }
}
