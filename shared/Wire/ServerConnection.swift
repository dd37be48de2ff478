import JSON
import Loop
import Telemetry

/// One client's connection at a server: performs what `ServerConnectionState` decides.
actor ServerConnection {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let channel: FrameChannel
    private let limits: WireLimits
    private let jsonLimits: JSONLimits
    private let observability: WireObservability
    private let hello: Hello
    private var state: ServerConnectionState
    private var keepAlive: KeepAlive
    /// Handlers that did not return at once.
    private var running: [Int: RunningHandler] = [:]
    private var lastEnded = 0
    private var handshakeTimer: ScheduledTimer?
    private var keepAliveTimer: ScheduledTimer?
    private var deadlineTimer: ScheduledTimer?
    private var deadlineTimerTime: MonotonicTime?
    private var graceTimer: ScheduledTimer?
    private var isFlushScheduled = false
    private var onClose: (@Sendable (ServerConnection) -> Void)?

    private struct RunningHandler {
        var task: Task<Void, Never>
        var operation: String
        var call: WireCall
    }

    /// Takes an accepted socket. `onClose` is called once, on the loop.
    init(
        _ descriptor: Int32, loop: EventLoop, own: WireIdentity, secret: [UInt8],
        operations: [String: WireOperation], observability: WireObservability, limits: WireLimits,
        onClose: @escaping @Sendable (ServerConnection) -> Void
    ) {
        self.loop = loop
        self.limits = limits
        self.observability = observability
        self.onClose = onClose
        jsonLimits = JSONLimits(maximumBytes: limits.frameBytes, maximumStringBytes: limits.frameBytes)
        channel = FrameChannel(descriptor, loop: loop, frameLimit: limits.handshakeFrameBytes)
        let handshake = ServerHandshake(own: own, secret: secret)
        hello = handshake.hello
        state = ServerConnectionState(handshake, operations: operations, limits: limits)
        keepAlive = KeepAlive(limits, now: .now())
    }

    // MARK: Life

    func start() {
        channel.watch { [self] in ready($0) }
        channel.outbox.hello(hello)
        handshakeTimer = loop.schedule(after: limits.handshake) { [self] in
            perform(state.receiveMalformed(WireError(.unauthenticated, "no proof in time")), at: .now())
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
        for timer in [handshakeTimer, keepAliveTimer, deadlineTimer, graceTimer] { timer?.cancel() }
        handshakeTimer = nil
        keepAliveTimer = nil
        deadlineTimer = nil
        graceTimer = nil
        state.close()
        for (_, handler) in running {
            handler.task.cancel()
            observability.record(handler.operation, peer: handler.call.caller, .cancelled, since: handler.call.began)
        }
        running = [:]
    }

    private func closeIfDrained() {
        guard state.isDrained, channel.isOpen, graceTimer == nil else { return }
        graceTimer = loop.schedule(after: limits.drainGrace) { [self] in hangUp() }
    }

    // MARK: Reading

    private func ready(_ readiness: Readiness) {
        if readiness.contains(.writable) {
            let before = channel.outbox.count
            flush()
            if channel.outbox.count < before { keepAlive.heard(at: .now()) }
        }
        guard !channel.isClosed else { return }
        guard channel.isReading else {
            if readiness.contains(.failed) { close() }
            return
        }
        let now = MonotonicTime.now()
        keepAlive.heard(at: now)
        // What the frames cause to be sent is gathered and leaves below.
        isFlushScheduled = true
        let end = channel.read { receive($0, at: now) }
        isFlushScheduled = false
        switch end {
        case .tooLong(let error):
            perform(
                state.receiveMalformed(
                    WireError(.invalidArgument, "a frame of \(error.length) bytes: \(error.limit) are the limit")),
                at: now)
        case .closed, .failed:
            close()
            return
        case nil: break
        }
        flush()
    }

    private func receive(_ frame: [UInt8], at now: MonotonicTime) {
        do throws(WireError) {
            perform(state.receive(try WireMessage(frame, limits: jsonLimits), at: now), at: now)
        } catch {
            perform(state.receiveMalformed(error), at: now)
        }
    }

    private func perform(_ action: ServerConnectionState.Action, at now: MonotonicTime) {
        switch action {
        case .none: break
        case .welcome(let welcome, let caller):
            handshakeTimer?.cancel()
            handshakeTimer = nil
            channel.frameLimit = limits.frameBytes
            channel.outbox.welcome(welcome)
            lookAtSilence()
            observability.logger.debug(
                "wire client connected", ["peer": .string(caller.service), "peer_instance": .string(caller.instance)])
        case .start(let request, let operation, let caller, let deadline):
            start(
                request, operation,
                WireCall(caller: caller.service, callerInstance: caller.instance, began: now, deadline: deadline))
        case .refuse(let id, let error, let operation):
            channel.outbox.failure(id, error)
            observability.record(operation, peer: peer, error.code, since: now)
        case .cancel(let id):
            finish(id, early: WireError(.cancelled, "withdrawn by its caller"))
        case .pong(let number): channel.outbox.pong(number)
        case .close(let error):
            observability.logger.warning(
                "wire connection refused", ["peer": .string(peer), "error": .string(error.description)])
            fail(error)
        }
    }

    private var peer: String {
        if case .open(let caller) = state.phase { caller.service } else { WireOperation.unknownName }
    }

    // MARK: Handlers

    private func start(_ request: WireRequest, _ operation: WireOperation, _ call: WireCall) {
        lookAtDeadlines()
        let task = Task.immediate { [self] in
            await operation.run(self, request, call)
            ended(request.id)
        }
        // Most handlers have returned by now: they cost no entry.
        guard lastEnded != request.id else { return }
        running[request.id] = RunningHandler(task: task, operation: operation.name, call: call)
    }

    private func ended(_ id: Int) {
        lastEnded = id
        state.ended()
        running[id] = nil
        if state.isDraining { closeIfDrained() }
    }

    /// Decodes a request, runs its handler and answers, unless the answer was given in the meantime.
    func perform<Op: Operation>(
        _: Op.Type, _ handler: WireHandler<Op>, _ request: WireRequest, _ call: WireCall
    ) async {
        do {
            let body = try decodeBody(Op.Request.self, of: request)
            let response = try await observability.tracer.withSpan(Op.name, kind: .server, parent: request.trace) {
                _ in
                try await handler(body, call)
            }
            succeed(Op.name, request.id, response, call)
        } catch {
            answer(Op.name, request.id, wireError(error, Op.name), call)
        }
    }

    private func decodeBody<Body: Decodable>(_: Body.Type, of request: WireRequest) throws(WireError) -> Body {
        do {
            return try request.body.decode(Body.self)
        } catch {
            throw WireError(.invalidArgument, problem(of: error, in: "body"))
        }
    }

    private func succeed(_ operation: String, _ id: Int, _ response: some Encodable, _ call: WireCall) {
        guard state.answer(id) else { return }
        do {
            try channel.outbox.answer(id, response, limit: limits.frameBytes)
            observability.record(operation, peer: call.caller, nil, since: call.began)
        } catch {
            observability.logger.error(
                "a wire answer can't be sent",
                ["op": .string(operation), "reason": .string(error is FrameError ? "too long" : "not encodable")])
            channel.outbox.failure(id, WireError(.internal, "the answer can't be sent"))
            observability.record(operation, peer: call.caller, .internal, since: call.began)
        }
        scheduleFlush()
    }

    private func answer(_ operation: String, _ id: Int, _ error: WireError, _ call: WireCall) {
        guard state.answer(id) else { return }
        channel.outbox.failure(id, error)
        observability.record(operation, peer: call.caller, error.code, since: call.began)
        scheduleFlush()
    }

    /// What the caller is told of what a handler threw. A fault is logged by its type alone: its text may hold a guest's data.
    private func wireError(_ error: any Error, _ operation: String) -> WireError {
        switch error {
        case let error as WireError: return error
        case is CancellationError: return WireError(.cancelled, "cancelled")
        default:
            observability.logger.error(
                "a wire handler failed",
                ["op": .string(operation), "error": .string(String(reflecting: type(of: error)))])
            return WireError(.internal, "a fault in this service; its log says more")
        }
    }

    /// Answers before the handler has returned, whose task is cancelled; what it returns later is dropped. The state has noted the answer.
    private func finish(_ id: Int, early error: WireError) {
        channel.outbox.failure(id, error)
        guard let handler = running[id] else { return }
        observability.record(handler.operation, peer: handler.call.caller, error.code, since: handler.call.began)
        handler.task.cancel()
        // The task is kept from being recorded again when the connection closes.
        running[id] = nil
    }

    // MARK: Time

    private func lookAtDeadlines() {
        guard let next = state.nextLook, deadlineTimerTime.map({ next < $0 }) ?? true else { return }
        deadlineTimer?.cancel()
        deadlineTimerTime = next
        deadlineTimer = loop.schedule(after: next - .now()) { [self] in
            deadlineTimer = nil
            deadlineTimerTime = nil
            for id in state.expire(at: .now()) {
                finish(id, early: WireError(.deadlineExceeded, "not done in time"))
            }
            lookAtDeadlines()
            flush()
        }
    }

    private func lookAtSilence() {
        let now = MonotonicTime.now()
        switch keepAlive.look(at: now) {
        case .wait(let end): scheduleLook(end, now)
        case .ping(let number, let end):
            channel.outbox.ping(number)
            scheduleLook(end, now)
            flush()
        case .giveUp:
            observability.logger.warning("wire client is silent", ["peer": .string(peer)])
            close()
        }
    }

    private func scheduleLook(_ end: MonotonicTime, _ now: MonotonicTime) {
        keepAliveTimer = loop.schedule(after: end - now) { [self] in lookAtSilence() }
    }

    // MARK: Writing

    /// Sends at the end of the loop's round, together with what else is answered in it.
    private func scheduleFlush() {
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
