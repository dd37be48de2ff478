/// What a server decides about one connection: who the client is, which requests are started, which are answered at once, and that none is
/// answered twice. A value; it knows no socket and no clock.
struct ServerConnectionState {
    enum Phase {
        case handshake(ServerHandshake)
        case open(caller: WireIdentity)
        case closing
    }

    enum Action {
        case none
        case welcome(Welcome, caller: WireIdentity)
        case start(WireRequest, WireOperation, caller: WireIdentity, deadline: MonotonicTime)
        /// Answer it with this; nothing was started.
        case refuse(id: Int, WireError, operation: String)
        /// Cancel its task and answer that it is cancelled.
        case cancel(id: Int)
        case pong(Int)
        /// Send this without an id and close.
        case close(WireError)
    }

    private(set) var phase: Phase
    private(set) var isDraining = false
    private let operations: [String: WireOperation]
    private let inFlightLimit: Int
    private var usedIDs = UsedIDs()
    private var unanswered = DeadlineTable()
    /// Handlers that have not returned. One that was cancelled or is late still takes room.
    private(set) var running = 0

    init(_ handshake: ServerHandshake, operations: [String: WireOperation], limits: WireLimits) {
        phase = .handshake(handshake)
        self.operations = operations
        inFlightLimit = limits.inFlight
    }

    /// When a deadline may pass next.
    var nextLook: MonotonicTime? { unanswered.nextLook }

    /// Whether a goaway was sent and everything that was started has ended.
    var isDrained: Bool { isDraining && running == 0 }

    /// - Parameter arrived: when its bytes were read, from which a deadline counts; others may have been worked on since.
    mutating func receive(_ message: WireMessage, arrived: MonotonicTime, at now: MonotonicTime) -> Action {
        switch (phase, message) {
        case (.closing, _): return .none
        case (.handshake(let handshake), .auth(let auth)): return authenticate(auth, handshake)
        case (.handshake, _): return close(WireError(.unauthenticated, "the first frame must be auth"))
        case (.open(let caller), .request(let request)): return admit(request, caller, arrived, now)
        case (.open, .malformedRequest(let id, let error)):
            return use(id) ?? .refuse(id: id, error, operation: WireOperation.unknownName)
        case (.open, .cancel(let id)): return unanswered.remove(id) ? .cancel(id: id) : .none
        case (.open, .ping(let number)): return .pong(number)
        case (.open, .pong): return .none
        // The client goes; it closes when it has its answers.
        case (.open, .goaway): return .none
        case (.open, .connectionError(let error)): return close(error)
        case (.open, .hello), (.open, .auth), (.open, .welcome), (.open, .answer), (.open, .failure):
            return close(WireError(.invalidArgument, "a client sends no frame of this kind"))
        }
    }

    /// What came is no frame of the protocol.
    mutating func receiveMalformed(_ error: WireError) -> Action {
        switch phase {
        case .closing: .none
        case .handshake: close(WireError(.unauthenticated, error.message))
        case .open: close(error)
        }
    }

    /// True when the request is still owed its answer, which must then be sent: the only way to one.
    mutating func answer(_ id: Int) -> Bool { unanswered.remove(id) }

    /// A handler has returned.
    mutating func ended() { running -= 1 }

    /// Requests whose deadline has passed: cancel their tasks and answer them.
    mutating func expire(at now: MonotonicTime) -> [Int] { unanswered.expire(at: now) }

    /// From now on new requests are refused. False when it was so already, or there is nobody to tell.
    mutating func drain() -> Bool {
        guard !isDraining, case .open = phase else { return false }
        isDraining = true
        return true
    }

    /// The connection is gone: nothing is owed any more.
    mutating func close() {
        phase = .closing
        unanswered = DeadlineTable()
    }

    private mutating func close(_ error: WireError) -> Action {
        close()
        return .close(error)
    }

    private mutating func authenticate(_ auth: Auth, _ handshake: ServerHandshake) -> Action {
        do {
            let (caller, proof) = try handshake.accept(auth)
            phase = .open(caller: caller)
            return .welcome(Welcome(mac: proof), caller: caller)
        } catch {
            return close(error)
        }
    }

    /// Nil when the id is fresh.
    private mutating func use(_ id: Int) -> Action? {
        switch usedIDs.use(id) {
        case .fresh: nil
        case .used: close(WireError(.invalidArgument, "id \(id) was used before on this connection"))
        case .tooScattered: close(WireError(.invalidArgument, "ids must count up"))
        }
    }

    private mutating func admit(
        _ request: WireRequest, _ caller: WireIdentity, _ arrived: MonotonicTime, _ now: MonotonicTime
    ) -> Action {
        if let violation = use(request.id) { return violation }
        guard let operation = operations[request.operation] else {
            let error = WireError(.unimplemented, "no such operation here")
            return .refuse(id: request.id, error, operation: WireOperation.unknownName)
        }
        func refuse(_ error: WireError) -> Action {
            .refuse(id: request.id, error, operation: operation.name)
        }
        guard operation.callers.contains(caller.service) else {
            return refuse(WireError(.permissionDenied, "\(caller.service) may not call \(operation.name)"))
        }
        guard !isDraining else { return refuse(WireError(.unavailable, "this instance is going away")) }
        let deadline = arrived + request.remaining
        guard deadline > now else {
            return refuse(WireError(.deadlineExceeded, "the deadline had passed before it was started"))
        }
        guard running < inFlightLimit else {
            return refuse(WireError(.resourceExhausted, "\(inFlightLimit) requests are in flight on this connection"))
        }
        running += 1
        unanswered.insert(request.id, until: deadline)
        return .start(request, operation, caller: caller, deadline: deadline)
    }
}
