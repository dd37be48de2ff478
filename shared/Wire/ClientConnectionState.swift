import JSON

/// What a client decides about one connection: that the server is who it should be, which request an answer belongs to, and who still waits.
/// A value; it knows no socket and no clock.
struct ClientConnectionState {
    enum Phase {
        case handshake(ClientHandshake)
        case open(server: WireIdentity)
        case closing
    }

    enum Action {
        case none
        case auth(Auth)
        case opened(WireIdentity)
        case resume(id: Int, Result<JSONNode, WireError>)
        case pong(Int)
        /// The server takes no more: close when nothing is in flight.
        case goaway
        /// Close, after sending this unless nil; whoever waits gets `unavailable`.
        case close(reason: WireError, send: Bool)
    }

    private(set) var phase: Phase
    private(set) var isDraining = false
    private let inFlightLimit: Int
    private var lastID = 0
    private var waiting = DeadlineTable()
    /// Withdrawn or late; the server still owes their answers, which nobody wants.
    private var abandoned: Set<Int> = []

    init(_ handshake: ClientHandshake, limits: WireLimits) {
        phase = .handshake(handshake)
        inFlightLimit = limits.inFlight
    }

    /// When a deadline may pass next.
    var nextLook: MonotonicTime? { waiting.nextLook }

    /// Requests that the server has not answered.
    var inFlight: Int { waiting.count + abandoned.count }

    /// Whether the server said goaway and has answered everything.
    var isDrained: Bool { isDraining && inFlight == 0 }

    /// The id of a new request, which then waits until `deadline` at most.
    mutating func begin(until deadline: MonotonicTime) throws(WireError) -> Int {
        guard case .open = phase, !isDraining else { throw WireError(.unavailable, "the connection is closing") }
        guard inFlight < inFlightLimit else {
            throw WireError(.resourceExhausted, "\(inFlightLimit) requests are in flight on this connection")
        }
        lastID += 1
        waiting.insert(lastID, until: deadline)
        return lastID
    }

    /// It was not sent after all.
    mutating func withdraw(_ id: Int) { _ = waiting.remove(id) }

    /// Its caller has gone. True when the server must be told.
    mutating func abandon(_ id: Int) -> Bool {
        guard waiting.remove(id) else { return false }
        abandoned.insert(id)
        return true
    }

    /// Requests whose deadline has passed: resume their callers and tell the server.
    mutating func expire(at now: MonotonicTime) -> [Int] {
        let over = waiting.expire(at: now)
        abandoned.formUnion(over)
        return over
    }

    mutating func receive(_ message: WireMessage) -> Action {
        switch (phase, message) {
        case (.closing, _): return .none
        case (.handshake(let handshake), _): return receive(message, handshake)
        case (.open, .answer(let id, let body)): return resume(id, .success(body))
        case (.open, .failure(let id, let error)): return resume(id, .failure(error))
        case (.open, .connectionError(let error)): return close(error, send: false)
        case (.open, .ping(let number)): return .pong(number)
        case (.open, .pong): return .none
        case (.open, .goaway):
            isDraining = true
            return .goaway
        case (.open, .hello), (.open, .auth), (.open, .welcome), (.open, .request), (.open, .malformedRequest),
            (.open, .cancel):
            return close(WireError(.invalidArgument, "a server sends no frame of this kind"), send: true)
        }
    }

    /// What came is no frame of the protocol.
    mutating func receiveMalformed(_ error: WireError) -> Action { close(error, send: true) }

    /// The connection is gone: resume the callers of these.
    mutating func close() -> [Int] {
        phase = .closing
        defer {
            waiting = DeadlineTable()
            abandoned = []
        }
        return waiting.ids
    }

    private mutating func receive(_ message: WireMessage, _ handshake: ClientHandshake) -> Action {
        do throws(WireError) {
            switch message {
            case .hello(let hello):
                var handshake = handshake
                let auth = try handshake.answer(hello)
                phase = .handshake(handshake)
                return .auth(auth)
            case .welcome(let welcome):
                let server = try handshake.verify(welcome)
                phase = .open(server: server)
                return .opened(server)
            case .connectionError(let error): return close(error, send: false)
            default: throw WireError(.unauthenticated, "the peer does not shake hands")
            }
        } catch {
            return close(error, send: false)
        }
    }

    private mutating func resume(_ id: Int, _ result: Result<JSONNode, WireError>) -> Action {
        if waiting.remove(id) { return .resume(id: id, result) }
        if abandoned.remove(id) != nil { return .none }
        // The two ends disagree on what was asked: no later answer could be trusted.
        return close(WireError(.invalidArgument, "an answer to \(id), which does not wait for one"), send: true)
    }

    private mutating func close(_ reason: WireError, send: Bool) -> Action {
        phase = .closing
        return .close(reason: reason, send: send)
    }
}
