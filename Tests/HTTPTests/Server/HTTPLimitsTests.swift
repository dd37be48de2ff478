import HTTP
import Loop
import Support
import Testing

@Suite struct HTTPLimitsTests {
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

    @Test func halfARequestAndSilenceIsAnswered408() async throws {
        var limits = HTTPLimits()
        limits.headTime = .milliseconds(30)
        limits.bodyTime = .milliseconds(30)
        try await TestServer.run(limits: limits, TestServer.echo) { server in
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
        try await TestServer.run(limits: limits, TestServer.echo) { server in
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
        try await TestServer.run(limits: limits, TestServer.echo) { server in
            let client = try RawClient(server.address)
            #expect(try await client.rest() == "")
            let other = try RawClient(server.address)
            try await other.send(RawClient.request("GET", "/hello/a"))
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
            try await client.send(RawClient.request("GET", "/large"))
            #expect(await eventually { await server.server.connectionCount == 1 })
            #expect(await eventually { await server.server.connectionCount == 0 })
        }
    }

    @Test func oneConnectionTooManyIsTurnedAwayAndTheOthersGoOn() async throws {
        var limits = HTTPLimits()
        limits.connections = 2
        try await TestServer.run(limits: limits, TestServer.echo) { server in
            let clients = try (0..<2).map { _ in try RawClient(server.address) }
            #expect(await eventually { await server.server.connectionCount == 2 })
            let third = try RawClient(server.address)
            #expect(try await third.answer().status == 503)
            #expect(try await third.rest() == "")
            for client in clients {
                try await client.send(RawClient.request("GET", "/hello/a"))
                #expect(try await client.answer().status == 200)
            }
        }
    }
}
