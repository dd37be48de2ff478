import Loop
import Support
import Synchronization
import Telemetry
import Testing

@testable import Wire

/// Servers and clients of one test, on two loops, as if they were two processes.
final class Stage: Sendable {
    static let secret = Array("the tests' secret".utf8)

    let loop: EventLoop
    let clientLoop: EventLoop
    let limits: WireLimits
    private let lastInstance = Atomic<Int>(0)

    init(_ change: (inout WireLimits) -> Void = { _ in }) throws {
        Signals.blockForProcess([])
        loop = try EventLoop(name: "wire server")
        clientLoop = try EventLoop(name: "wire client")
        var limits = WireLimits()
        limits.reconnectBackoff = FullJitter(base: .milliseconds(5), cap: .milliseconds(20))
        limits.resolving = .milliseconds(20)
        limits.retryBackoff = FullJitter(base: .milliseconds(1), cap: .milliseconds(5))
        limits.linger = .milliseconds(200)
        limits.drainGrace = .milliseconds(100)
        change(&limits)
        self.limits = limits
    }

    deinit {
        loop.stop()
        clientLoop.stop()
    }

    func makeServer(_ instance: String? = nil, service: String = "server") -> WireServer {
        let number = lastInstance.add(1, ordering: .relaxed).newValue
        return WireServer(
            loop: loop, service: service, instance: instance ?? "instance-\(number)", secret: Self.secret,
            observability: .quiet(service: service), limits: limits)
    }

    /// A server that answers `Echo` by `handler`, and its address.
    func startServer(
        _ instance: String? = nil, on port: UInt16 = 0, _ handler: @escaping WireHandler<Echo> = { text, _ in text }
    ) async throws -> (server: WireServer, address: SocketAddress) {
        let server = makeServer(instance)
        await server.handle(Echo.self, handler)
        return (server, try await server.listen(on: SocketAddress(host: "127.0.0.1", port: port)))
    }

    func connectRaw(_ address: SocketAddress) async throws -> RawPeer {
        let peer = try RawPeer(to: address, loop: clientLoop)
        await peer.start()
        return peer
    }

    /// A client of the servers at `addresses`, which a test may change; started.
    func startClient(
        _ addresses: Addresses, service: String = "tester", peer: String = "server", secret: [UInt8] = Stage.secret
    ) async -> WireClient {
        let client = WireClient(
            loop: clientLoop, peer: peer, host: "server.test", port: 1, service: service, instance: "client",
            secret: secret, lookUp: { _, _ in try addresses.get() },
            observability: .quiet(service: service), limits: limits)
        await client.start()
        return client
    }

    func startClient(_ address: SocketAddress) async -> WireClient { await startClient(Addresses([address])) }
}

/// What a name resolves to: stands in for the name server.
final class Addresses: Sendable {
    private let list: Mutex<[SocketAddress]?>

    init(_ addresses: [SocketAddress]?) {
        list = Mutex(addresses)
    }

    /// Nil makes look-ups fail.
    func set(_ addresses: [SocketAddress]?) { list.withLock { $0 = addresses } }

    func get() throws -> [SocketAddress] {
        struct NameServerIsAway: Error {}
        guard let addresses = list.withLock({ $0 }) else { throw NameServerIsAway() }
        // Shuffled, as name servers do.
        return addresses.shuffled()
    }
}

/// A number that handlers on a loop and a test share.
final class Tally: Sendable {
    private let value = Atomic<Int>(0)
    func add() { value.add(1, ordering: .relaxed) }
    var count: Int { value.load(ordering: .relaxed) }
}

/// Where handlers wait until the test lets them go, or their task is cancelled.
actor Gate {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private var isOpen = false
    private(set) var waiting = 0
    private(set) var cancelled = 0

    init(loop: EventLoop) { self.loop = loop }

    func open() { isOpen = true }

    func pass() async throws {
        waiting += 1
        defer { waiting -= 1 }
        while !isOpen {
            do {
                try await loop.sleep(for: .milliseconds(1))
            } catch {
                cancelled += 1
                throw error
            }
        }
    }
}
