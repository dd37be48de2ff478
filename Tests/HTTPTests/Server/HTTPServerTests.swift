import HTTP
import Loop
import Support
import Testing

@Suite struct HTTPServerTests {
    @Test func answersOneRequestAfterTheOtherOnOneConnection() async throws {
        try await TestServer.run(TestServer.echo) { server in
            let client = try RawClient(server.address)
            for name in ["ana", "jos%C3%A9"] {
                try await client.send(RawClient.request("GET", "/hello/\(name)"))
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
            TestServer.echo(&$0)
            $0.on("GET", "/slow") { _ in
                await gate.pass()
                return .text(200, "slow")
            }
        } _: { server in
            let client = try RawClient(server.address)
            let requests = ["/hello/1", "/slow", "/hello/2", "/nothing", "/hello/3"]
            try await client.send(requests.map { RawClient.request("GET", $0) }.joined())
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
        try await TestServer.run(TestServer.echo) { server in
            let client = try RawClient(server.address)
            let body = String(repeating: "x", count: 2_000)
            let requests = String(repeating: RawClient.request("POST", "/echo", body: body), count: 3_000)
            let sender = client.sender
            async let sent: Void = sender.send(Array(requests.utf8))
            for _ in 0..<3_000 { #expect(try await client.answer().body.utf8.count == 2_000) }
            try await sent
        }
    }

    @Test func closesAfterTheAnswerWhenAsked() async throws {
        try await TestServer.run(TestServer.echo) { server in
            let client = try RawClient(server.address)
            try await client.send(
                RawClient.request("GET", "/hello/a", "Connection: close\r\n") + RawClient.request("GET", "/hello/b"))
            let answer = try await client.answer()
            #expect(answer.field("Connection") == "close")
            #expect(try await client.rest() == "")
        }
    }

    @Test func aClientOfHTTP10IsToldThatTheConnectionGoesOn() async throws {
        try await TestServer.run(TestServer.echo) { server in
            let client = try RawClient(server.address)
            try await client.send("GET /hello/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.answer().field("Connection") == "keep-alive")
            try await client.send("GET /hello/a HTTP/1.0\r\n\r\n")
            #expect(try await client.answer().field("Connection") == "close")
            #expect(try await client.rest() == "")
        }
    }

    @Test func aClientThatSendsItsEndWithItsRequestIsAnswered() async throws {
        try await TestServer.run(TestServer.echo) { server in
            let client = try RawClient(server.address)
            try await client.send(RawClient.request("GET", "/hello/a") + RawClient.request("GET", "/hello/b"))
            client.finish()
            #expect(try await client.answer().body == "hello a")
            #expect(try await client.answer().body == "hello b")
            #expect(try await client.rest() == "")
        }
    }

    @Test func aClientThatResetsItsConnectionDisturbsNobody() async throws {
        let gate = Gate()
        try await TestServer.run {
            TestServer.echo(&$0)
            $0.on("POST", "/slow") { _ in
                await gate.pass()
                await gate.finish()
                return .text(200, "late")
            }
        } _: { server in
            let client = try RawClient(server.address)
            try await client.send(RawClient.request("POST", "/slow", body: "x"))
            #expect(await eventually { await gate.arrivals == 1 })
            client.reset()
            #expect(await eventually { await server.server.connectionCount == 0 })
            await gate.open()
            // What the handler had begun it ends.
            #expect(await eventually { await gate.completions == 1 })
            let other = try RawClient(server.address)
            try await other.send(RawClient.request("GET", "/hello/a"))
            #expect(try await other.answer().status == 200)
        }
    }

    @Test func answersHeadWithoutABodyAndOptionsAndWrongMethodsWithWhatIsAllowed() async throws {
        try await TestServer.run(TestServer.echo) { server in
            let client = try RawClient(server.address)
            try await client.send(RawClient.request("HEAD", "/hello/ana"))
            let head = try await client.answer(isHead: true)
            #expect(head.status == 200)
            #expect(head.field("Content-Length") == "9")
            try await client.send(RawClient.request("OPTIONS", "/echo"))
            let options = try await client.answer()
            #expect(options.status == 204)
            #expect(options.field("Allow") == "POST, OPTIONS")
            #expect(options.field("Content-Length") == nil)
            try await client.send(RawClient.request("GET", "/echo"))
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
            try await client.send(RawClient.request("GET", "/nothing") + "BAD\r\n\r\n")
            #expect(try await client.answer().field("X-Content-Type-Options") == "nosniff")
            let refusal = try await client.answer()
            #expect(refusal.status == 400)
            #expect(refusal.field("X-Content-Type-Options") == "nosniff")
        }
    }

    @Test func whatFollowsARefusedRequestIsNotAnswered() async throws {
        try await TestServer.run(TestServer.echo) { server in
            let client = try RawClient(server.address)
            try await client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"
                    + RawClient.request("GET", "/hello/smuggled"))
            let answer = try await client.answer()
            #expect(answer.status == 400)
            #expect(answer.field("Connection") == "close")
            #expect(try await client.rest() == "")
        }
    }

    @Test func takesABodyUpToTheRoutesLimitWholeAndInChunks() async throws {
        try await TestServer.run(TestServer.echo) { server in
            let client = try RawClient(server.address)
            let body = String(repeating: "0123456789abcdef", count: 1 << 18)
            try await client.send(RawClient.request("POST", "/echo", body: body))
            #expect(try await client.answer().body == body)
            try await client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + String(repeating: "10\r\n0123456789abcdef\r\n", count: 1_000) + "0\r\n\r\n")
            #expect(try await client.answer().body == String(repeating: "0123456789abcdef", count: 1_000))
        }
    }

    @Test func asksForABodyThatTheClientHoldsBack() async throws {
        try await TestServer.run(TestServer.echo) { server in
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

    @Test func anErrorThatAHandlerThrowsIsAnsweredWithoutItsDetails() async throws {
        struct Secret: Error { var password = "hunter2" }
        try await TestServer.run {
            $0.on("GET", "/broken") { _ in throw Secret() }
            $0.on("GET", "/busy") { _ in
                throw HTTPError(429, "rate_limited", "too many requests", headers: ["Retry-After": "7"])
            }
        } _: { server in
            let client = try RawClient(server.address)
            try await client.send(RawClient.request("GET", "/broken") + RawClient.request("GET", "/busy"))
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
        try await client.send(RawClient.request("GET", "/"))
        #expect(try await client.answer().body == "true true")
        await server.close()
        loop.stop()
    }

    private static func nothing() async {}
}
