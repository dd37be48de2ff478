import JSON
import Loop
import Telemetry

/// One connection of a client to one instance: performs what `ClientConnectionState` decides.
actor ClientConnection {
    /// What the owner is told, on the loop: `opened` at most once, then `closed` exactly once.
    enum Event: Sendable {
        case opened(WireIdentity)
        /// It takes no new requests any more.
        case goaway
        case closed(WireError)
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    nonisolated let address: SocketAddress
    private let limits: WireLimits
    private let jsonLimits: JSONLimits
    private var channel: FrameChannel?
    private var state: ClientConnectionState
    private let timers: ConnectionTimers
    private let answers: PendingValues<Result<JSONNode, WireError>>
    private var isConnecting = true
    private var isFlushScheduled = false
    private var onEvent: (@Sendable (ClientConnection, Event) -> Void)?

    init(
        to address: SocketAddress, loop: EventLoop, own: WireIdentity, peer: String, secret: [UInt8],
        limits: WireLimits, onEvent: @escaping @Sendable (ClientConnection, Event) -> Void
    ) {
        self.loop = loop
        self.address = address
        self.limits = limits
        self.onEvent = onEvent
        answers = PendingValues(loop: loop)
        jsonLimits = JSONLimits(maximumBytes: limits.frameBytes, maximumStringBytes: limits.frameBytes)
        state = ClientConnectionState(ClientHandshake(own: own, peer: peer, secret: secret), limits: limits)
        timers = ConnectionTimers(loop: loop, limits: limits)
    }

    // MARK: Life

    /// Connects and shakes hands; the outcome is an event.
    func start() {
        do throws(SocketError) {
            let (descriptor, _) = try Socket.connect(to: address)
            let channel = FrameChannel(descriptor, loop: loop, frameLimit: limits.handshakeFrameBytes)
            self.channel = channel
            channel.watch(for: .writable) { [self] in ready($0) }
            timers.limitHandshake(to: limits.handshake) { [self] in
                close(WireError(.unavailable, "not connected in time"))
            }
        } catch {
            close(WireError(.unavailable, error.description))
        }
    }

    /// Closes at once; whoever waits gets the error.
    func close(_ reason: WireError) {
        guard let onEvent else { return }
        self.onEvent = nil
        channel?.close()
        end(reason)
        onEvent(self, .closed(reason))
    }

    /// Closes when everything in flight is answered; takes nothing new.
    func closeWhenDrained() {
        if state.isDrained { close(WireError(.unavailable, "the peer went away in order")) }
    }

    /// Tells the peer why, and closes.
    private func fail(_ reason: WireError) {
        channel?.outbox.failure(nil, reason)
        end(reason)
        onEvent?(self, .goaway)
        channel?.linger(for: limits.linger) { [self] in close(reason) }
    }

    private func end(_ reason: WireError) {
        timers.cancelAll()
        let lost = WireError(.unavailable, "the connection was lost: \(reason.message)")
        for id in state.close() { answers.resume(id, with: .failure(lost)) }
    }

    // MARK: Calling

    /// Sends a request and waits for its answer, its deadline, or the cancellation of the task.
    func call<Op: Operation>(
        _: Op.Type, _ request: Op.Request, until deadline: MonotonicTime, trace: SpanContext?
    ) async throws(WireError) -> Op.Response {
        let id = try send(Op.self, request, until: deadline, trace: trace)
        let answer = await withTaskCancellationHandler {
            await answers.value(of: id)
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.abandon(id, WireError(.cancelled, "withdrawn")) } }
        }
        let body = try answer.get()
        do {
            return try body.decode(Op.Response.self)
        } catch {
            throw WireError(.internal, "the answer to \(Op.name): \(problem(of: error, in: "ok"))")
        }
    }

    private func send<Op: Operation>(
        _: Op.Type, _ request: Op.Request, until deadline: MonotonicTime, trace: SpanContext?
    ) throws(WireError) -> Int {
        let milliseconds = (deadline - .now()).wholeMilliseconds
        guard milliseconds > 0 else { throw WireError(.deadlineExceeded, "no time was left to send it") }
        guard let channel, channel.outbox.count <= limits.pausingBytes else {
            throw WireError(.resourceExhausted, "the peer does not take what waits for it")
        }
        let id = try state.begin(until: deadline)
        do {
            try channel.outbox.request(
                id, Op.name, milliseconds: milliseconds, trace: trace, request, limit: limits.frameBytes)
        } catch let error as FrameError {
            state.withdraw(id)
            throw WireError(
                .invalidArgument, "the request is a frame of \(error.length) bytes: \(error.limit) are the limit")
        } catch {
            state.withdraw(id)
            throw WireError(.invalidArgument, "the request can't be encoded")
        }
        watchDeadlines()
        scheduleFlush()
        return id
    }

    private func abandon(_ id: Int, _ error: WireError) {
        guard state.abandon(id) else { return }
        giveUp(id, error)
        scheduleFlush()
    }

    private func giveUp(_ id: Int, _ error: WireError) {
        channel?.outbox.cancel(id)
        answers.resume(id, with: .failure(error))
    }

    // MARK: Reading

    private func ready(_ readiness: Readiness) {
        guard let channel, !channel.isClosed else { return }
        if isConnecting {
            let code = channel.connectError
            guard code == 0 else {
                close(
                    WireError(
                        .unavailable,
                        SocketError(operation: "connect to", address: address.description, code: code).description))
                return
            }
            isConnecting = false
            channel.isReading = true
        }
        if readiness.contains(.writable) {
            let before = channel.outbox.count
            flush()
            if channel.outbox.count < before { timers.heard(at: .now()) }
        }
        guard !channel.isClosed, readiness != .writable else { return }
        timers.heard(at: .now())
        // What the frames cause to be sent is gathered and leaves below.
        let wasScheduled = isFlushScheduled
        isFlushScheduled = true
        let end = channel.read { receive($0) }
        isFlushScheduled = wasScheduled
        switch end {
        case .tooLong(let error):
            perform(
                state.receiveMalformed(
                    WireError(.invalidArgument, "a frame of \(error.length) bytes: \(error.limit) are the limit")))
        case .closed: close(WireError(.unavailable, "closed by the peer"))
        case .failed(let code):
            close(
                WireError(
                    .unavailable,
                    SocketError(operation: "read from", address: address.description, code: code).description))
        case nil: break
        }
        flush()
    }

    private func receive(_ frame: [UInt8]) {
        do throws(WireError) {
            perform(state.receive(try WireMessage(frame, limits: jsonLimits)))
        } catch {
            perform(state.receiveMalformed(error))
        }
    }

    private func perform(_ action: ClientConnectionState.Action) {
        switch action {
        case .none: closeWhenDrained()
        case .auth(let auth): channel?.outbox.auth(auth)
        case .opened(let server):
            channel?.frameLimit = limits.frameBytes
            timers.watchSilence(
                ping: { [self] in ping($0) },
                giveUp: { [self] in close(WireError(.unavailable, "the peer is silent")) })
            onEvent?(self, .opened(server))
        case .resume(let id, let result):
            answers.resume(id, with: result)
            closeWhenDrained()
        case .pong(let number): channel?.outbox.pong(number)
        case .goaway:
            onEvent?(self, .goaway)
            closeWhenDrained()
        case .close(let reason, let send):
            if send { fail(reason) } else { close(reason) }
        }
    }

    // MARK: Time

    private func watchDeadlines() {
        timers.watchDeadline(state.nextLook) { [self] in
            for id in state.expire(at: .now()) { giveUp(id, WireError(.deadlineExceeded, "no answer in time")) }
            watchDeadlines()
            flush()
        }
    }

    private func ping(_ number: Int) {
        channel?.outbox.ping(number)
        flush()
    }

    // MARK: Writing

    /// Sends at the end of the loop's round, together with what else is asked in it.
    private func scheduleFlush() {
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        loop.schedule(after: .zero) { [self] in
            isFlushScheduled = false
            flush()
        }
    }

    private func flush() {
        guard let channel, !channel.isClosed, !isConnecting else { return }
        guard channel.flush(), channel.outbox.count <= limits.unsentBytes else {
            close(WireError(.unavailable, "the peer takes no more"))
            return
        }
    }
}
