/// One process of the peer service that is connected. It belongs to the client's actor and never leaves it.
final class Instance {
    let name: String
    let connection: ClientConnection
    private(set) var breaker: CircuitBreaker
    /// Requests in flight there.
    private(set) var load = 0
    /// It said goaway, or its connection is lost.
    var isLeaving = false

    init(name: String, connection: ClientConnection, policy: CircuitBreaker.Policy) {
        self.name = name
        self.connection = connection
        breaker = CircuitBreaker(policy)
    }

    func takesRequests(at now: MonotonicTime) -> Bool { !isLeaving && breaker.allowsRequest(at: now) }

    func began(at now: MonotonicTime) {
        load += 1
        breaker.began(at: now)
    }

    /// True when the breaker opened by this.
    func ended(_ error: WireError?, at now: MonotonicTime) -> Bool {
        load -= 1
        switch error?.code {
        case .unavailable, .deadlineExceeded, .internal:
            let wasClosed = breaker.state == .closed
            breaker.failed(at: now)
            return wasClosed && breaker.state != .closed
        // An instance that sheds load lives, and must not be given up by all at once.
        case .cancelled, .resourceExhausted: breaker.abandoned(at: now)
        case nil, .invalidArgument, .notFound, .conflict, .unauthenticated, .permissionDenied, .unimplemented:
            breaker.succeeded(at: now)
        }
        return false
    }
}
