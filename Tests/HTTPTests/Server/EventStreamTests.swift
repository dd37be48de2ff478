import HTTP
import Loop
import Support
import Synchronization
import Testing

@Suite struct EventStreamTests {
    private static let request = "GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 6\r\n\r\n"

    @Test func sendsEventsUntilTheHandlerEnds() async throws {
        try await TestServer.run {
            $0.on("GET", "/events") { request in
                let last = Int(request.headers.first("Last-Event-ID") ?? "") ?? 0
                return .events { writer in
                    for id in (last + 1)...(last + 3) { try await writer.send(id: "\(id)", data: "número\n\(id)") }
                }
            }
        } _: { server in
            let client = try RawClient(server.address)
            try await client.send(Self.request)
            let head = try await client.answer()
            #expect(head.field("Content-Type") == "text/event-stream")
            #expect(head.field("Cache-Control") == "no-store")
            #expect(head.field("Connection") == "close")
            #expect(
                try await client.rest()
                    == (7...9).map { "id: \($0)\ndata: número\ndata: \($0)\n\n" }.joined())
        }
    }

    @Test func aSilentStreamGetsComments() async throws {
        var limits = HTTPLimits()
        limits.commentTime = .milliseconds(10)
        let gate = Gate()
        try await TestServer.run(limits: limits) {
            $0.on("GET", "/events") { _ in
                .events { writer in
                    await gate.pass()
                    try await writer.send(event: "bye", data: "")
                }
            }
        } _: { server in
            let client = try RawClient(server.address)
            try await client.send(Self.request)
            _ = try await client.answer()
            #expect(try await client.text(through: ":\n\n:\n\n") == ":\n\n:\n\n")
            await gate.open()
            #expect(try await client.rest().hasSuffix("event: bye\ndata: \n\n"))
        }
    }

    @Test func theHandlerIsCancelledWhenTheClientGoes() async throws {
        let outcome = Mutex("")
        try await TestServer.run { router in
            router.on("GET", "/events") { _ in
                .events { writer in
                    do {
                        while true {
                            try await writer.send(data: "tick")
                            try await Task.sleep(for: .milliseconds(1))
                        }
                    } catch {
                        outcome.withLock { $0 = "\(error is CancellationError) \(writer.isClosed)" }
                        throw error
                    }
                }
            }
        } _: { server in
            do {
                let client = try RawClient(server.address)
                try await client.send(Self.request)
                _ = try await client.text(through: "data: tick\n\n")
            }
            #expect(await eventually { outcome.withLock { $0 } == "true true" })
            #expect(await eventually { await server.server.connectionCount == 0 })
        }
    }

    @Test func aClientThatDoesNotKeepUpIsCutOff() async throws {
        let isOver = Mutex(false)
        try await TestServer.run { router in
            router.on("GET", "/events") { _ in
                .events { writer in
                    defer { isOver.withLock { $0 = true } }
                    let data = String(repeating: "x", count: 10_000)
                    while true { try await writer.send(data: data) }
                }
            }
        } _: { server in
            let client = try RawClient(server.address)
            try await client.send(Self.request)
            #expect(await eventually { isOver.withLock { $0 } })
            #expect(await eventually { await server.server.connectionCount == 0 })
            _ = try await client.answer()
        }
    }

    @Test func drainingEndsStreams() async throws {
        try await TestServer.run {
            $0.on("GET", "/events") { _ in
                .events { writer in
                    try await writer.send(data: "first")
                    try await Task.sleep(for: .seconds(3_600))
                }
            }
        } _: { server in
            let client = try RawClient(server.address)
            try await client.send(Self.request)
            _ = try await client.text(through: "data: first\n\n")
            let drain = Task { await server.server.drain(for: .seconds(60)) }
            #expect(try await client.rest() == "")
            client.finish()
            await drain.value
        }
    }

    @Test func headOfAStreamIsOnlyItsHead() async throws {
        try await TestServer.run {
            $0.on("GET", "/events") { _ in .events { _ in Issue.record("nobody listens") } }
        } _: { server in
            let client = try RawClient(server.address)
            try await client.send(Self.request.replacing("GET", with: "HEAD"))
            #expect(try await client.rest().hasSuffix("\r\n\r\n"))
        }
    }
}
