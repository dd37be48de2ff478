import Glibc
import Loop
import Testing

@Suite struct SocketTests {
    @Test(arguments: ["127.0.0.1", "::1"])
    func connectsAcceptsAndPassesBytes(_ host: String) throws {
        let listener = try Socket.listen(on: SocketAddress(host: host, port: 0))
        defer { Socket.close(listener) }
        let address = try Socket.localAddress(of: listener)
        #expect(try Socket.accept(listener) == nil)
        let (client, _) = try Socket.connect(to: address)
        defer { Socket.close(client) }
        var accepted: (descriptor: Int32, address: SocketAddress?)?
        while accepted == nil { accepted = try Socket.accept(listener) }
        let server = try #require(accepted?.descriptor)
        #expect(accepted?.address?.host == host)
        var buffer = [UInt8](repeating: 0, count: 16)
        #expect(buffer.withUnsafeMutableBytes { Socket.receive(server, into: $0) } == .wouldBlock)
        #expect([UInt8]("hello".utf8).withUnsafeBytes { Socket.send(client, $0) } == .bytes(5))
        var received = IOResult.wouldBlock
        while received == .wouldBlock { received = buffer.withUnsafeMutableBytes { Socket.receive(server, into: $0) } }
        #expect(received == .bytes(5))
        Socket.close(server)
        var end = IOResult.wouldBlock
        while end == .wouldBlock { end = buffer.withUnsafeMutableBytes { Socket.receive(client, into: $0) } }
        #expect(end == .closed)
    }

    @Test func tellsThatNobodyListens() throws {
        let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
        let address = try Socket.localAddress(of: listener)
        Socket.close(listener)
        do {
            let (client, inProgress) = try Socket.connect(to: address)
            #expect(inProgress)
            var poll = pollfd(fd: client, events: Int16(POLLOUT), revents: 0)
            #expect(Glibc.poll(&poll, 1, 5_000) == 1)
            #expect(Socket.pendingError(of: client) == ECONNREFUSED)
            Socket.close(client)
        } catch {
            #expect(error.code == ECONNREFUSED)
        }
    }

    @Test func readsAndWritesAddresses() throws {
        #expect(try SocketAddress(host: "127.0.0.1", port: 80).description == "127.0.0.1:80")
        #expect(try SocketAddress(host: "::1", port: 80).description == "[::1]:80")
        #expect(throws: SocketError.self) { try SocketAddress(host: "localhost", port: 80) }
        #expect(throws: SocketError.self) { try SocketAddress(path: String(repeating: "x", count: 108)) }
    }

    @Test func resolvesNamesAndLiterals() async throws {
        let found = try await Resolver().addresses(host: "localhost", port: 7001)
        #expect(found.contains { $0.host == "127.0.0.1" && $0.port == 7001 } || found.contains { $0.host == "::1" })
        #expect(try await Resolver().addresses(host: "10.1.2.3", port: 1).map(\.description) == ["10.1.2.3:1"])
        await #expect(throws: ResolveError.self) {
            try await Resolver().addresses(host: "no-such-host.invalid", port: 1)
        }
    }
}
