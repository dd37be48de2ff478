internal import Glibc
public import Loop
public import Telemetry

/// An HTTP/1.1 server on one loop (RFC 9110, RFC 9112).
///
/// Each connection's requests are handled one after the other; handlers run on the loop. What a client may send, and
/// how slowly, `HTTPLimits` says.
public actor HTTPServer {
    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let context: ServerContext
    private var listeners: [Int32] = []
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private var waitingForTheLast: [CheckedContinuation<Void, Never>] = []

    public init(
        loop: EventLoop, router: HTTPRouter, limits: HTTPLimits = .standard, observability: Observability
    ) {
        self.loop = loop
        context = ServerContext(loop: loop, router: router, limits: limits, observability: observability)
    }

    /// Connections that are open.
    public var connectionCount: Int { connections.count }

    /// Listens; gives the address with the port that the system chose for port 0. May be called for several addresses.
    @discardableResult
    public func listen(on address: SocketAddress, reusePort: Bool = false) throws(SocketError) -> SocketAddress {
        let listener = try Socket.listen(on: address, backlog: 4_096, reusePort: reusePort)
        listeners.append(listener)
        loop.watch(listener, for: .readable) { _ in self.assumeIsolated { $0.accept(listener) } }
        return try Socket.localAddress(of: listener)
    }

    /// Takes no new connections, closes idle ones, lets requests that have begun be answered and streams end, and
    /// returns when all is closed: after `limit` at the latest, when it closes what is left.
    public func drain(for limit: Duration) async {
        beginDraining()
        guard !connections.isEmpty else { return }
        let timer = loop.schedule(after: limit) { self.assumeIsolated { $0.close() } }
        await withCheckedContinuation { waitingForTheLast.append($0) }
        timer.cancel()
    }

    /// Closes everything now.
    public func close() {
        stopListening()
        for connection in connections.values { connection.assumeIsolated { $0.close() } }
    }

    private func beginDraining() {
        stopListening()
        for connection in connections.values { connection.assumeIsolated { $0.drain() } }
    }

    private func stopListening() {
        for listener in listeners {
            loop.unwatch(listener)
            Socket.close(listener)
        }
        listeners = []
    }

    // MARK: Connections

    /// Connections accepted a round, so that those that exist are not starved.
    private static let acceptedARound = 64

    private func accept(_ listener: Int32) {
        for _ in 0..<Self.acceptedARound {
            do {
                guard let (descriptor, address) = try Socket.accept(listener) else { return }
                add(descriptor, address)
            } catch {
                pause(listener, error)
                return
            }
        }
    }

    private func add(_ descriptor: Int32, _ address: SocketAddress?) {
        guard connections.count < context.limits.connections else {
            turnAway(descriptor)
            return
        }
        let connection = HTTPConnection(
            descriptor: descriptor, remoteAddress: address, context: context,
            onClose: { connection in self.assumeIsolated { $0.forget(connection) } })
        connections[ObjectIdentifier(connection)] = connection
        connection.assumeIsolated { $0.start() }
    }

    private func forget(_ connection: HTTPConnection) {
        connections[ObjectIdentifier(connection)] = nil
        guard connections.isEmpty else { return }
        for continuation in waitingForTheLast { continuation.resume() }
        waitingForTheLast = []
    }

    private func turnAway(_ descriptor: Int32) {
        context.count(method: "other", path: "unmatched", status: 503, duration: .zero, exemplar: nil)
        let answer =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
        // It fits into the empty buffer of a new socket, or nobody reads it.
        _ = Array(answer.utf8).withUnsafeBytes { Socket.send(descriptor, $0) }
        Socket.close(descriptor)
    }

    /// No descriptors are left: the connection that waits would wake the loop again and again.
    private func pause(_ listener: Int32, _ error: SocketError) {
        context.observability.logger.error("a connection could not be accepted", ["error": .error(error)])
        loop.update(listener, for: [])
        loop.schedule(after: .milliseconds(100)) {
            self.assumeIsolated { if $0.listeners.contains(listener) { $0.loop.update(listener, for: .readable) } }
        }
    }
}
