import HTTP
import Loop
import Support
import Testing

@Suite struct HTTPDrainTests {
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
            try await busy.send(RawClient.request("GET", "/slow") + RawClient.request("GET", "/slow"))
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
            try await client.send(RawClient.request("GET", "/slow"))
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
