import JSON
import Loop
import Telemetry

/// One client's connection at a server: performs what `ServerConnectionState` decides.
actor ServerConnection {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let address: String
    let channel: FrameChannel
    let limits: WireLimits
    private let jsonLimits: JSONLimits
    let observability: WireObservability
    private let hello: Hello
    var state: ServerConnectionState
    private let timers: ConnectionTimers
    /// Handlers that did not return at once.
    var running: [Int: RunningHandler] = [:]
    var meters: WireMeters
    var lastEnded = 0
    private var graceTimer: ScheduledTimer?
    private var isFlushScheduled = false
    private var onClose: (@Sendable (ServerConnection) -> Void)?

    struct RunningHandler {
        var task: Task<Void, Never>
        var operation: String
        var began: MonotonicTime
    }

    /// Takes an accepted socket. `onClose` is called once, on the loop.
    init(
        _ descriptor: Int32, from address: String, loop: EventLoop, own: WireIdentity, secret: [UInt8],
        operations: [String: WireOperation], observability: WireObservability, limits: WireLimits,
        onClose: @escaping @Sendable (ServerConnection) -> Void
    ) {
        self.loop = loop
        self.address = address
        self.limits = limits
        self.observability = observability
        self.onClose = onClose
        meters = WireMeters(observability, peer: WireOperation.unknownName)
        jsonLimits = JSONLimits(maximumBytes: limits.frameBytes, maximumStringBytes: limits.frameBytes)
        channel = FrameChannel(descriptor, loop: loop, frameLimit: limits.handshakeFrameBytes)
        let handshake = ServerHandshake(own: own, secret: secret)
        hello = handshake.hello
        state = ServerConnectionState(handshake, operations: operations, limits: limits)
        timers = ConnectionTimers(loop: loop, limits: limits)
    }

    // MARK: Life

    func start() {
        channel.watch { [self] in ready($0) }
        channel.outbox.hello(hello)
        timers.limitHandshake(to: limits.handshake) { [self] in
            perform(state.receiveMalformed(WireError(.unauthenticated, "no proof in time")), arrived: .now())
            flush()
        }
        flush()
    }

    /// Tells a connection that comes when there is no room for it, and closes.
    func turnAway(_ error: WireError) {
        channel.watch { [self] in ready($0) }
        fail(error)
    }

    /// Refuses new requests, finishes what is in flight and closes; a connection that has not shown who it is closes at once.
    func drain() {
        guard channel.isOpen else { return }
        guard state.drain() else {
            if !state.isDraining { close() }
            return
        }
        channel.outbox.goaway()
        flush()
        closeIfDrained()
    }

    /// Closes at once; handlers are cancelled.
    func close() {
        guard let onClose else { return }
        self.onClose = nil
        channel.close()
        abandonAll()
        onClose(self)
    }

    private func fail(_ error: WireError) {
        channel.outbox.failure(nil, error)
        hangUp()
    }

    /// Closes after what waits was sent.
    private func hangUp() {
        state.close()
        abandonAll()
        channel.linger(for: limits.linger) { [self] in close() }
    }

    private func abandonAll() {
        timers.cancelAll()
        graceTimer?.cancel()
        graceTimer = nil
        state.close()
        for (_, handler) in running {
            handler.task.cancel()
            meters.meter(named: handler.operation).record(.cancelled, since: handler.began)
        }
        running = [:]
    }

    func closeIfDrained() {
        guard state.isDrained, channel.isOpen, graceTimer == nil else { return }
        graceTimer = loop.schedule(after: limits.drainGrace) { [self] in hangUp() }
    }

    // MARK: Reading

    private func ready(_ readiness: Readiness) {
        if readiness.contains(.writable) {
            let before = channel.outbox.count
            flush()
            if channel.outbox.count < before { timers.heard(at: .now()) }
        }
        guard !channel.isClosed else { return }
        guard channel.isReading else {
            if readiness.contains(.failed) { close() }
            return
        }
        let arrived = MonotonicTime.now()
        timers.heard(at: arrived)
        // What the frames cause to be sent is gathered and leaves below.
        isFlushScheduled = true
        let end = channel.read { receive($0, arrived: arrived) }
        isFlushScheduled = false
        switch end {
        case .tooLong(let error):
            perform(
                state.receiveMalformed(
                    WireError(.invalidArgument, "a frame of \(error.length) bytes: \(error.limit) are the limit")),
                arrived: arrived)
        case .closed, .failed:
            close()
            return
        case nil: break
        }
        flush()
    }

    private func receive(_ frame: [UInt8], arrived: MonotonicTime) {
        do throws(WireError) {
            let message = try WireMessage(frame, limits: jsonLimits)
            perform(state.receive(message, arrived: arrived, at: .now()), arrived: arrived)
        } catch {
            perform(state.receiveMalformed(error), arrived: arrived)
        }
    }

    private func perform(_ action: ServerConnectionState.Action, arrived: MonotonicTime) {
        switch action {
        case .none: break
        case .welcome(let welcome, let caller):
            channel.frameLimit = limits.frameBytes
            channel.outbox.welcome(welcome)
            meters = WireMeters(observability, peer: caller.service)
            timers.watchSilence(ping: { [self] in ping($0) }, giveUp: { [self] in giveUp() })
            observability.logger.debug(
                "wire client connected", ["peer": .string(caller.service), "peer_instance": .string(caller.instance)])
        case .start(let request, let operation, let caller, let deadline):
            start(
                request, operation,
                WireCall(caller: caller.service, callerInstance: caller.instance, began: arrived, deadline: deadline))
        case .refuse(let id, let error, let operation):
            channel.outbox.failure(id, error)
            meters.meter(named: operation).record(error.code, since: arrived)
        case .cancel(let id):
            finish(id, early: WireError(.cancelled, "withdrawn by its caller"))
        case .pong(let number): channel.outbox.pong(number)
        case .close(let error):
            observability.logger.warning(
                "wire connection refused",
                ["peer": .string(peer), "address": .string(address), "error": .string(error.description)])
            fail(error)
        }
    }

    private var peer: String {
        if case .open(let caller) = state.phase { caller.service } else { WireOperation.unknownName }
    }

    // MARK: Time

    func watchDeadlines() {
        timers.watchDeadline(state.nextLook) { [self] in
            for id in state.expire(at: .now()) {
                finish(id, early: WireError(.deadlineExceeded, "not done in time"))
            }
            watchDeadlines()
            flush()
        }
    }

    private func ping(_ number: Int) {
        channel.outbox.ping(number)
        flush()
    }

    private func giveUp() {
        observability.logger.warning("wire client is silent", ["peer": .string(peer)])
        close()
    }

    // MARK: Writing

    /// Sends at the end of the loop's round, together with what else is answered in it.
    func scheduleFlush() {
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        loop.schedule(after: .zero) { [self] in
            isFlushScheduled = false
            flush()
        }
    }

    private func flush() {
        guard !channel.isClosed else { return }
        guard channel.flush(), channel.outbox.count <= limits.unsentBytes else {
            close()
            return
        }
        guard channel.isOpen else { return }
        if channel.outbox.count > limits.pausingBytes {
            channel.isReading = false
        } else if channel.outbox.count <= limits.pausingBytes / 2 {
            channel.isReading = true
        }
    }
}
