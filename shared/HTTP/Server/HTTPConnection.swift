internal import Glibc
internal import Loop

/// One client's connection: reads requests, has them handled one after the other in the order in which they came, and
/// writes the answers.
actor HTTPConnection {
    nonisolated let context: ServerContext
    nonisolated var unownedExecutor: UnownedSerialExecutor { context.loop.asUnownedSerialExecutor() }

    let remoteAddress: SocketAddress?
    var state: ConnectionState
    /// The request that is being received or handled.
    var exchange: Exchange?
    /// The handler's task.
    var task: Task<Void, Never>?
    var streamEnd: StreamEnd?
    private let descriptor: Int32
    private let onClose: @Sendable (HTTPConnection) -> Void
    private var parser: RequestParser
    private var output = ByteBuffer()
    private var lastWrite: ContinuousClock.Instant
    private var timer: (due: ContinuousClock.Instant, timer: ScheduledTimer)?
    /// Whether requests are being taken from the parser: an answer that comes meanwhile is written when that is done.
    private var isAdvancing = false

    /// Owns the descriptor from here on. `onClose` is called once, on the loop.
    init(
        descriptor: Int32, remoteAddress: SocketAddress?, context: ServerContext,
        onClose: @escaping @Sendable (HTTPConnection) -> Void
    ) {
        let now = ContinuousClock.now
        self.descriptor = descriptor
        self.remoteAddress = remoteAddress
        self.context = context
        self.onClose = onClose
        parser = RequestParser(limits: context.limits)
        state = ConnectionState(limits: context.limits, at: now)
        lastWrite = now
    }

    func start() {
        context.loop.watch(descriptor, for: .readable) { readiness in
            self.assumeIsolated { $0.ready(readiness) }
        }
        // Most clients have sent their request by now; it need not wait for the next round.
        ready(.readable)
    }

    /// Answers what has begun, then closes.
    func drain() {
        state.drain()
        if state.phase == .streaming { task?.cancel() }
        if !isAdvancing { pass() }
    }

    func close() {
        guard state.phase != .closed else { return }
        state.closed()
        timer?.timer.cancel()
        timer = nil
        context.loop.unwatch(descriptor)
        Socket.close(descriptor)
        output = ByteBuffer()
        // An ordinary handler is left to finish: it may be in the middle of something that should end well.
        if let streamEnd {
            streamEnd.come()
            task?.cancel()
        }
        onClose(self)
    }

    // MARK: Reading

    private func ready(_ readiness: Readiness) {
        if readiness.contains(.readable) { read() }
        if readiness.contains(.failed), !readiness.contains(.readable) { close() }
        guard state.phase != .closed, !isAdvancing else { return }
        pass()
    }

    private func read() {
        guard !state.peerHasFinished else { return }
        // A connection that always has more leaves the loop to the others after a few reads.
        for _ in 0..<4 {
            switch Socket.receive(descriptor, into: context.room) {
            case .bytes(let count):
                if state.phase != .streaming, state.phase != .closing, state.phase != .lingering {
                    parser.receive(context.room[..<count])
                }
                if count < context.room.count || mustNotRead { return }
            case .wouldBlock: return
            case .closed:
                state.peerFinished()
                return
            case .failed:
                close()
                return
            }
        }
    }

    /// Enough pipelined requests wait.
    private var mustNotRead: Bool {
        let isBusy = state.phase == .handling || output.count >= context.limits.waitingAnswers
        return isBusy && parser.waitingCount >= context.limits.waitingRequests
    }

    // MARK: Going on

    /// Takes all requests that have come, writes all answers that are ready in one go, and sees to what follows.
    func pass() {
        repeat {
            advance()
            write()
            // What was held back because answers waited goes on when they have gone.
        } while state.mayParse && parser.waitingCount > 0 && isStalledByOutput && hasOutputRoom
        settle()
    }

    private var isStalledByOutput = false
    private var hasOutputRoom: Bool { output.count < context.limits.waitingAnswers }

    private func advance() {
        isAdvancing = true
        defer { isAdvancing = false }
        isStalledByOutput = false
        while state.mayParse {
            guard hasOutputRoom else {
                isStalledByOutput = true
                return
            }
            // After the last answer of a server that ends, nothing more is taken.
            if state.isDraining, parser.isBetweenRequests { return }
            guard let event = parser.next() else {
                state.waits(isBetweenRequests: parser.isBetweenRequests, at: .now)
                return
            }
            switch event {
            case .head(let head):
                state.headEnded(keepsAlive: head.keepsAlive, at: .now)
                let exchange = Exchange(head, context.router.resolve(head.method, head.path))
                if let limit = exchange.bodyLimit { parser.limitBody(to: limit) }
                self.exchange = exchange
            case .continueExpected:
                append(ResponseEncoder.continueLine)
            case .body(let body):
                state.requestEnded(at: .now)
                begin(body)
            case .refused(let refusal):
                refuse(refusal)
            }
        }
    }

    /// Queues bytes; `pass` writes them.
    func append(_ bytes: [UInt8]) {
        if output.isEmpty { lastWrite = .now }
        output.append(bytes)
    }

    /// An answer, or a part of a stream, is ready.
    func wasAnswered() {
        guard state.phase != .closed else { return }
        if !isAdvancing {
            pass()
        } else if !hasOutputRoom {
            // A stream that begins with much must not wait until its handler does.
            write()
        }
    }

    var waitingOutput: Int { output.count }

    private func write() {
        while !output.isEmpty {
            switch output.withUnsafeReadableBytes({ Socket.send(descriptor, $0) }) {
            case .bytes(let count):
                output.consume(count)
                lastWrite = .now
            case .wouldBlock: return
            case .closed, .failed:
                close()
                return
            }
        }
    }

    /// What follows, now that all is written that could be: the next phase, what is waited for, and until when.
    private func settle() {
        guard state.phase != .closed else { return }
        if output.isEmpty {
            switch state.step(at: .now) {
            case .goOn: break
            case .finishSending: shutdown(descriptor, Int32(SHUT_WR))
            case .close:
                close()
                return
            }
        }
        var interest: Readiness = []
        if !state.peerHasFinished, !mustNotRead { interest.insert(.readable) }
        if !output.isEmpty { interest.insert(.writable) }
        context.loop.update(descriptor, for: interest)
        armTimer()
    }

    // MARK: Time

    private var deadline: ContinuousClock.Instant? {
        let writing = output.isEmpty ? nil : lastWrite + context.limits.writeTime
        return [state.deadline, writing].compactMap(\.self).min()
    }

    /// A timer that is due too early is left alone and looks again when it fires: deadlines move with each request, and
    /// nearly always to later.
    private func armTimer() {
        guard let deadline else { return }
        if let timer, timer.due <= deadline { return }
        timer?.timer.cancel()
        let scheduled = context.loop.schedule(after: deadline - .now) { self.assumeIsolated { $0.timeIsUp() } }
        timer = (deadline, scheduled)
    }

    private func timeIsUp() {
        timer = nil
        let now = ContinuousClock.now
        if !output.isEmpty, lastWrite + context.limits.writeTime <= now {
            close()
            return
        }
        switch state.expiry(at: now) {
        case .nothing: break
        case .refuse: refuse(RequestRefusal(408, "the request did not come in time"))
        case .comment:
            append(ServerSentEvent.comment)
            state.streamed(at: now)
        case .close:
            close()
            return
        }
        pass()
    }
}
