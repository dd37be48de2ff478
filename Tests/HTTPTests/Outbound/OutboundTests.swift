import HTTP
import Loop
import Support
import Synchronization
import Telemetry
import Testing

@Suite struct OutboundTests {
    private static func client(
        _ server: TestServer, maximumConnections: Int = 8, maximumInFlight: Int = 64
    ) -> Outbound {
        Outbound(
            loop: server.loop, observability: .quiet(service: "test"), maximumConnections: maximumConnections,
            maximumInFlight: maximumInFlight)
    }

    /// What a request that must fail failed with.
    private static func failure(
        _ outbound: Outbound, _ request: OutboundRequest, deadline: Duration = .seconds(10)
    ) async throws -> OutboundError {
        do {
            let response = try await outbound.send(request, deadline: deadline)
            Issue.record("answered \(response.status)")
            throw RawClient.Failure.closedEarly
        } catch let error as OutboundError {
            return error
        }
    }

    private static func echo(_ router: inout HTTPRouter) {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            router.on(method, "/echo") { request in
                HTTPResponse(
                    202,
                    headers: [
                        "X-Method": request.method, "X-Port": "\(request.remoteAddress?.port ?? 0)",
                        "X-Type": request.headers.first("Content-Type") ?? "none",
                        "X-Empty": "", "X-Query": request.query.first("q") ?? "none",
                        "X-Traced":
                            "\(request.headers.contains("traceparent") && request.headers.contains("uber-trace-id"))",
                        "X-Own": request.headers.first("X-Own") ?? "none",
                    ], body: .bytes(request.body))
            }
        }
    }

    @Test(arguments: ["GET", "POST", "PUT", "PATCH", "DELETE"])
    func sendsEveryMethodWithWhatItCarries(_ method: String) async throws {
        try await TestServer.run(Self.echo) { server in
            let outbound = Self.client(server)
            let empty = try await outbound.send(
                OutboundRequest(method, "\(server.url)/echo?q=a%20b"), deadline: .seconds(10))
            #expect(empty.status == 202)
            #expect(empty.headers.first("x-method") == method)
            #expect(empty.headers.first("X-Type") == "none")
            #expect(empty.headers.first("X-Empty") == "")
            #expect(empty.headers.first("X-Query") == "a b")
            #expect(empty.headers.first("X-Traced") == "true")
            #expect(empty.body.isEmpty)
            let body = [UInt8](repeating: 7, count: 2 << 20)
            let full = try await outbound.send(
                OutboundRequest(
                    method, "\(server.url)/echo", headers: ["Content-Type": "audio/ogg", "X-Own": "ñ"],
                    body: .bytes(body), responseLimit: 3 << 20),
                deadline: .seconds(10))
            #expect(full.headers.first("X-Type") == "audio/ogg")
            #expect(full.headers.first("X-Own") == "ñ")
            #expect(full.body == body)
            await outbound.close()
        }
    }

    @Test func aHeadHasNoBody() async throws {
        try await TestServer.run(Self.echo) { server in
            let outbound = Self.client(server)
            let response = try await outbound.send(
                OutboundRequest("HEAD", "\(server.url)/echo"), deadline: .seconds(10))
            #expect(response.status == 202)
            #expect(response.body.isEmpty)
            await outbound.close()
        }
    }

    @Test func usesItsConnectionsAgain() async throws {
        try await TestServer.run(Self.echo) { server in
            let outbound = Self.client(server)
            var ports: Set<String> = []
            for _ in 0..<20 {
                let response = try await outbound.send(
                    OutboundRequest("POST", "\(server.url)/echo", body: .bytes([1])), deadline: .seconds(10))
                ports.insert(response.headers.first("X-Port") ?? "")
            }
            #expect(ports.count == 1)
            await outbound.close()
        }
    }

    @Test func manyRequestsAtOnceShareAFewConnections() async throws {
        try await TestServer.run(Self.echo) { server in
            let outbound = Self.client(server, maximumConnections: 4, maximumInFlight: 200)
            let ports = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let response = try await outbound.send(
                            OutboundRequest("POST", "\(server.url)/echo", body: .bytes(Array("\(number)".utf8))),
                            deadline: .seconds(20))
                        #expect(response.body == Array("\(number)".utf8))
                        return response.headers.first("X-Port") ?? ""
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect((1...4).contains(ports.count))
            #expect(await outbound.inFlight == 0)
            await outbound.close()
        }
    }

    @Test func sendsAForm() async throws {
        try await TestServer.run(Self.echo) { server in
            let outbound = Self.client(server)
            let response = try await outbound.send(
                OutboundRequest(
                    "POST", "\(server.url)/echo", headers: ["Content-Type": "ignored"],
                    body: .multipart([
                        MultipartPart(name: "a", text: "b"),
                        MultipartPart(name: "file", filename: "v.ogg", contentType: "audio/ogg", bytes: [0, 255]),
                    ])), deadline: .seconds(10))
            let type = try #require(response.headers.first("X-Type"))
            #expect(type.hasPrefix("multipart/form-data; boundary="))
            let boundary = try #require(type.split(separator: "=").last)
            #expect(
                response.body.starts(with: Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"a\"".utf8)))
            #expect(response.body.firstRange(of: [0, 255]) != nil)
            await outbound.close()
        }
    }

    @Test func doesNotFollowRedirects() async throws {
        try await TestServer.run {
            $0.on("GET", "/") { _ in .redirect(302, to: "/else") }
        } _: { server in
            let outbound = Self.client(server)
            let response = try await outbound.send(OutboundRequest("GET", server.url), deadline: .seconds(10))
            #expect(response.status == 302)
            #expect(response.headers.first("Location") == "/else")
            await outbound.close()
        }
    }

    @Test func refusesOtherSchemesHostsAndURLsWithPasswordsWithoutSendingThem() async throws {
        try await TestServer.run(Self.echo) { server in
            let outbound = Self.client(server)
            for url in [
                "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "not a url", "", "127.0.0.1/",
                "http://user:secret@127.0.0.1/",
            ] {
                let error = try await Self.failure(outbound, OutboundRequest("GET", url))
                #expect(error.phase == .invalid)
                #expect(!error.wasSent)
                #expect(!error.description.contains("secret"))
            }
            let pinned = OutboundRequest("GET", "\(server.url)/echo", allowedHosts: ["graph.facebook.com"])
            #expect(try await Self.failure(outbound, pinned).phase == .hostNotAllowed)
            let allowed = OutboundRequest("GET", "\(server.url)/echo", allowedHosts: ["127.0.0.1"])
            #expect(try await outbound.send(allowed, deadline: .seconds(10)).status == 202)
            await outbound.close()
        }
    }

    @Test func aRefusedConnectionIsKnownNotToHaveBeenSentTo() async throws {
        try await TestServer.run(Self.echo) { server in
            let outbound = Self.client(server)
            let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
            let nobody = try Socket.localAddress(of: listener)
            Socket.close(listener)
            let error = try await Self.failure(
                outbound, OutboundRequest("POST", "http://\(nobody)/", body: .bytes([1])))
            #expect(error.phase == .connect)
            #expect(!error.wasSent)
            await outbound.close()
        }
    }

    @Test func aNameThatDoesNotResolveIsKnownNotToHaveBeenSentTo() async throws {
        try await TestServer.run(Self.echo) { server in
            let outbound = Self.client(server)
            let error = try await Self.failure(
                outbound, OutboundRequest("POST", "http://no-such-host.invalid/", body: .bytes([1])),
                deadline: .seconds(30))
            #expect(error.phase == .resolve || error.phase == .timeout)
            #expect(!error.wasSent)
            await outbound.close()
        }
    }

    @Test func aServerWithoutTLSIsKnownNotToHaveBeenSentTo() async throws {
        try await TestServer.run(Self.echo) { server in
            let outbound = Self.client(server)
            let error = try await Self.failure(
                outbound, OutboundRequest("POST", "https://\(server.address)/echo", body: .bytes([1])))
            #expect(error.phase == .tls)
            #expect(!error.wasSent)
            await outbound.close()
        }
    }

    @Test func aServerThatClosesAfterReadingMayHaveActed() async throws {
        try await withPeer { peer in
            let error = try await Self.failure(
                peer.outbound, OutboundRequest("POST", peer.url, body: .bytes(Array("hello".utf8))))
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
            let error = try await Self.failure(
                peer.outbound, OutboundRequest("POST", peer.url, body: .bytes(Array("second.".utf8))))
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
            let error = try await Self.failure(peer.outbound, OutboundRequest("POST", peer.url, body: .bytes([65])))
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
            let outbound = Self.client(server)
            let error = try await Self.failure(
                outbound, OutboundRequest("POST", "\(server.url)/slow", body: .bytes([1])), deadline: .milliseconds(200)
            )
            #expect(error.phase == .timeout)
            #expect(error.wasSent)
            #expect(await outbound.inFlight == 0)
            await gate.open()
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
            let outbound = Self.client(server)
            let task = Task { try await Self.failure(outbound, OutboundRequest("GET", "\(server.url)/slow")) }
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
            let outbound = Self.client(server)
            let task = Task { try await Self.failure(outbound, OutboundRequest("GET", "\(server.url)/slow")) }
            #expect(await eventually { await gate.arrivals == 1 })
            await outbound.close()
            #expect(try await task.value.phase == .closed)
            let error = try await Self.failure(outbound, OutboundRequest("GET", "\(server.url)/slow"))
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
            let outbound = Self.client(server, maximumInFlight: 1)
            let task = Task {
                try await outbound.send(OutboundRequest("GET", "\(server.url)/slow"), deadline: .seconds(20))
            }
            #expect(await eventually { await gate.arrivals == 1 })
            let error = try await Self.failure(outbound, OutboundRequest("GET", "\(server.url)/slow"))
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
            let outbound = Self.client(server)
            let error = try await Self.failure(
                outbound, OutboundRequest("GET", "\(server.url)/large", responseLimit: 1_000))
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
