public import Loop
public import Telemetry

/// Answers the operations of one service on one loop.
///
/// Register every handler, then listen. `drain(for:)`, then `close()`, end it.
public actor WireServer {
    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let own: WireIdentity
    private let secret: [UInt8]
    private let limits: WireLimits
    private let observability: WireObservability
    private var operations: [String: WireOperation] = [:]
    private var listeners: [Int32] = []
    private var connections: [ObjectIdentifier: ServerConnection] = [:]
    private var hasBegun = false
    private var drained: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - service: its name in handshakes, metrics and traces: 1 to 64 letters, digits, `-`, `_` or `.`.
    ///   - instance: of the same form, and new with each process.
    ///   - secret: `WIRE_SECRET`; not empty.
    public init(
        loop: EventLoop, service: String, instance: String, secret: [UInt8], observability: Observability,
        limits: WireLimits = .standard
    ) {
        guard let own = WireIdentity(service: service, instance: instance) else {
            preconditionFailure("a service's and an instance's name are 1 to 64 letters, digits, '-', '_' or '.'")
        }
        precondition(!secret.isEmpty, "a wire server needs a secret")
        self.loop = loop
        self.own = own
        self.secret = secret
        self.limits = limits
        self.observability = WireObservability(observability)
    }

    /// Answers an operation by `handler`, which runs on the loop. Before `listen`.
    ///
    /// A `WireError` that it throws is sent as it is; anything else is `internal` to the caller, and logged by its type. Its task is cancelled when
    /// the caller withdraws the request or is gone, and when the deadline passes.
    public func handle<Op: Operation>(_: Op.Type, _ handler: @escaping WireHandler<Op>) {
        precondition(!hasBegun, "register every handler before listening")
        precondition(
            (1...64).contains(Op.name.utf8.count)
                && Op.name.allSatisfy { $0.isASCII && $0 > " " && $0 != "\"" && $0 != "\\" },
            "an operation's name is 1 to 64 visible ASCII characters")
        precondition(operations[Op.name] == nil, "\(Op.name) has a handler already")
        operations[Op.name] = WireOperation(Op.self, handler)
    }

    /// Listens, and gives the address: port 0 takes a free one. May be called for several addresses.
    public func listen(on address: SocketAddress) throws(SocketError) -> SocketAddress {
        hasBegun = true
        let listener = try Socket.listen(on: address)
        let local: SocketAddress
        do throws(SocketError) {
            local = try Socket.localAddress(of: listener)
        } catch {
            Socket.close(listener)
            throw error
        }
        listeners.append(listener)
        loop.watch(listener, for: .readable) { [self] _ in accept(from: listener) }
        return local
    }

    /// How many clients are connected, or on their way to it.
    public var connectionCount: Int { connections.count }

    /// Takes no new connections and no new requests, tells the clients to go elsewhere, and returns when what was in flight is answered and
    /// the connections are closed, or after `limit` in any case. Then call `close()`.
    public func drain(for limit: Duration) async {
        closeListeners()
        for connection in Array(connections.values) { await connection.drain() }
        guard !connections.isEmpty else { return }
        let timer = loop.schedule(after: limit) { [self] in endDrain() }
        await withCheckedContinuation { drained.append($0) }
        timer.cancel()
    }

    /// Closes everything at once; handlers that run are cancelled.
    public func close() {
        closeListeners()
        for connection in Array(connections.values) { connection.assumeIsolated { $0.close() } }
        endDrain()
    }

    private func endDrain() {
        for continuation in drained { continuation.resume() }
        drained = []
    }

    private func closeListeners() {
        for listener in listeners {
            loop.unwatch(listener)
            Socket.close(listener)
        }
        listeners = []
    }

    private func accept(from listener: Int32) {
        while true {
            do throws(SocketError) {
                guard let (descriptor, address) = try Socket.accept(listener) else { return }
                begin(descriptor, from: address?.description ?? "?")
            } catch {
                // No descriptors are left. The connection stays in the kernel's queue; asked again at once it would keep the loop busy.
                observability.logger.error("wire server can't accept", ["error": .string(error.description)])
                loop.update(listener, for: [])
                loop.schedule(after: .milliseconds(100)) { [self] in
                    if listeners.contains(listener) { loop.update(listener, for: .readable) }
                }
                return
            }
        }
    }

    private func begin(_ descriptor: Int32, from address: String) {
        let connection = ServerConnection(
            descriptor, from: address, loop: loop, own: own, secret: secret, operations: operations,
            observability: observability,
            limits: limits
        ) { [self] connection in
            assumeIsolated { $0.closed(connection) }
        }
        let isFull = connections.count >= limits.connections
        connections[ObjectIdentifier(connection)] = connection
        connection.assumeIsolated { connection in
            if isFull {
                connection.turnAway(WireError(.resourceExhausted, "this instance has all the connections it takes"))
            } else {
                connection.start()
            }
        }
    }

    private func closed(_ connection: ServerConnection) {
        connections[ObjectIdentifier(connection)] = nil
        if connections.isEmpty { endDrain() }
    }
}
