import HTTP
import Loop
import Support
import Synchronization
import Testing

/// What is known of a request that got no answer: above all whether it may have arrived.
@Suite struct OutboundFailureTests {
    @Test func aRefusedConnectionIsKnownNotToHaveBeenSentTo() async throws {
        try await TestServer.run(OutboundTests.echo) { server in
            let outbound = Outbound.toward(server)
            let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
            let nobody = try Socket.localAddress(of: listener)
            Socket.close(listener)
            let error = try await outbound.failure(OutboundRequest("POST", "http://\(nobody)/", body: .bytes([1])))
            #expect(error.phase == .connect)
            #expect(!error.wasSent)
            await outbound.close()
        }
    }

    @Test func aNameThatDoesNotResolveIsKnownNotToHaveBeenSentTo() async throws {
        try await TestServer.run(OutboundTests.echo) { server in
            let outbound = Outbound.toward(server)
            let error = try await outbound.failure(
                OutboundRequest("POST", "http://no-such-host.invalid/", body: .bytes([1])),
                deadline: .seconds(30))
            #expect(error.phase == .resolve || error.phase == .timeout)
            #expect(!error.wasSent)
            await outbound.close()
        }
    }

    @Test func aServerWithoutTLSIsKnownNotToHaveBeenSentTo() async throws {
        try await TestServer.run(OutboundTests.echo) { server in
            let outbound = Outbound.toward(server)
            let error = try await outbound.failure(
                OutboundRequest("POST", "https://\(server.address)/echo", body: .bytes([1])))
            #expect(error.phase == .tls)
            #expect(!error.wasSent)
            await outbound.close()
        }
    }

    @Test func aServerThatClosesAfterReadingMayHaveActed() async throws {
        try await withPeer { peer in
            let error = try await peer.outbound.failure(
                OutboundRequest("POST", peer.url, body: .bytes(Array("hello".utf8))))
            #expect(error.phase == .receive)
            #expect(error.wasSent)
        } answers: { client in
            _ = try await client.text(through: "hello")
        }
    }

    @Test func aMessageIsNotSentAgainWhenAKeptConnectionDiesWithoutAnAnswer() async throws {
        let bodies = Mutex<[String]>([])
        try await withPeer { peer in
            let first = try await peer.outbound.send(
                OutboundRequest("POST", peer.url, body: .bytes(Array("first.".utf8))), deadline: .seconds(10))
            #expect(first.status == 200)
            let error = try await peer.outbound.failure(
                OutboundRequest("POST", peer.url, body: .bytes(Array("second.".utf8))))
            #expect(error.wasSent)
            #expect(bodies.withLock { $0 } == ["first.", "second."])
        } answers: { client in
            // The first is answered; the second is read, and the connection dies.
            while true {
                let text = try await client.text(through: ".")
                // A request's head has dots in it (Host, the version).
                guard text.hasSuffix("first.") || text.hasSuffix("second.") else { continue }
                let body = text.hasSuffix("first.") ? "first." : "second."
                bodies.withLock { $0.append(body) }
                guard body == "first." else { return }
                try await client.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            }
        }
    }

    @Test func anAnswerThatBreaksOffIsAnErrorThatKnowsItsStatus() async throws {
        try await withPeer { peer in
            let error = try await peer.outbound.failure(OutboundRequest("POST", peer.url, body: .bytes([65])))
            #expect(error.phase == .receive)
            #expect(error.wasSent)
            #expect(error.status == 200)
        } answers: { client in
            _ = try await client.text(through: "\r\n\r\nA")
            try await client.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        }
    }

    @Test func silenceEndsAtTheDeadline() async throws {
        let gate = Gate()
        try await TestServer.run {
            $0.on("POST", "/slow") { _ in
                await gate.pass()
                return .text(200, "late")
            }
        } _: { server in
            let outbound = Outbound.toward(server)
            let error = try await outbound.failure(
                OutboundRequest("POST", "\(server.url)/slow", body: .bytes([1])), deadline: .milliseconds(200)
            )
            #expect(error.phase == .timeout)
            #expect(error.wasSent)
            #expect(await outbound.inFlight == 0)
            await gate.open()
            await outbound.close()
        }
    }

    @Test func aRequestWithoutTimeLeftIsNotSent() async throws {
        try await TestServer.run { _ in
        } _: { server in
            let outbound = Outbound.toward(server)
            let error = try await outbound.failure(OutboundRequest("GET", server.url), deadline: .zero)
            #expect(error.phase == .timeout)
            #expect(!error.wasSent)
            await outbound.close()
        }
    }

    @Test func aCancelledTaskEndsItsRequest() async throws {
        let gate = Gate()
        try await TestServer.run {
            $0.on("GET", "/slow") { _ in
                await gate.pass()
                return .text(200, "late")
            }
        } _: { server in
            let outbound = Outbound.toward(server)
            let task = Task { try await outbound.failure(OutboundRequest("GET", "\(server.url)/slow")) }
            #expect(await eventually { await gate.arrivals == 1 })
            task.cancel()
            let error = try await task.value
            #expect(error.phase == .cancelled)
            #expect(error.wasSent)
            await gate.open()
            await outbound.close()
        }
    }

    @Test func closingFailsWhatIsUnderWayAndWhatComesLater() async throws {
        let gate = Gate()
        try await TestServer.run {
            $0.on("GET", "/slow") { _ in
                await gate.pass()
                return .text(200, "late")
            }
        } _: { server in
            let outbound = Outbound.toward(server)
            let task = Task { try await outbound.failure(OutboundRequest("GET", "\(server.url)/slow")) }
            #expect(await eventually { await gate.arrivals == 1 })
            await outbound.close()
            #expect(try await task.value.phase == .closed)
            let error = try await outbound.failure(OutboundRequest("GET", "\(server.url)/slow"))
            #expect(error.phase == .closed)
            #expect(!error.wasSent)
            await gate.open()
        }
    }

    @Test func oneRequestTooManyFailsAtOnce() async throws {
        let gate = Gate()
        try await TestServer.run {
            $0.on("GET", "/slow") { _ in
                await gate.pass()
                return .text(200, "done")
            }
        } _: { server in
            let outbound = Outbound.toward(server, maximumInFlight: 1)
            let task = Task {
                try await outbound.send(OutboundRequest("GET", "\(server.url)/slow"), deadline: .seconds(20))
            }
            #expect(await eventually { await gate.arrivals == 1 })
            let error = try await outbound.failure(OutboundRequest("GET", "\(server.url)/slow"))
            #expect(error.phase == .overloaded)
            #expect(!error.wasSent)
            await gate.open()
            #expect(try await task.value.status == 200)
            await outbound.close()
        }
    }

    @Test(arguments: [true, false])
    func anAnswerThatIsTooLargeIsCutOff(saysItsLength: Bool) async throws {
        try await TestServer.run {
            $0.on("GET", "/large") { _ in
                saysItsLength
                    ? .bytes(200, [UInt8](repeating: 65, count: 1_001), type: "x")
                    : .events { for _ in 0..<100 { try await $0.send(data: "0123456789") } }
            }
        } _: { server in
            let outbound = Outbound.toward(server)
            let error = try await outbound.failure(OutboundRequest("GET", "\(server.url)/large", responseLimit: 1_000))
            #expect(error.phase == .tooLarge)
            #expect(error.wasSent)
            #expect(error.status == 200)
            await outbound.close()
        }
    }

    // MARK: A peer that answers as a test wishes

    private struct Peer {
        var outbound: Outbound
        var url: String
    }

    /// Runs `body` against a peer that takes one connection after the other, does `answers` with it, and closes it.
    private func withPeer(
        _ body: (Peer) async throws -> Void, answers: @escaping @Sendable (RawClient) async throws -> Void
    ) async throws {
        let loop = try EventLoop(name: "test")
        let outbound = Outbound(loop: loop, observability: .quiet(service: "test"))
        let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
        let address = try Socket.localAddress(of: listener)
        let peer = Task {
            while !Task.isCancelled {
                if let (descriptor, _) = try Socket.accept(listener) {
                    // A connection that ends early is what these tests are about.
                    try? await answers(RawClient(descriptor: descriptor))
                } else {
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
        }
        try await body(Peer(outbound: outbound, url: "http://\(address)/"))
        peer.cancel()
        _ = await peer.result
        Socket.close(listener)
        await outbound.close()
        loop.stop()
    }
}
