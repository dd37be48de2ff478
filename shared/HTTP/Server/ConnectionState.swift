/// The life of a server's connection: which part of an exchange it is in, until when, and what follows. A value; time
/// is passed in.
struct ConnectionState {
    typealias Instant = ContinuousClock.Instant

    enum Phase: Equatable {
        /// Between requests.
        case idle
        /// Some of a request's head has come.
        case head
        /// Its head has come and its body has not.
        case body
        /// A handler works; how long is the handler's business.
        case handling
        /// Events are being sent.
        case streaming
        /// The last answer is on its way.
        case closing
        /// The last answer is out; what still comes is dropped.
        case lingering
        case closed
    }

    enum Expiry: Equatable {
        case nothing
        /// Answer 408 and close.
        case refuse
        /// Send a comment.
        case comment
        case close
    }

    private(set) var phase = Phase.idle
    /// The peer sends no more, but may still read.
    private(set) var peerHasFinished = false
    private(set) var isDraining = false
    private let limits: HTTPLimits
    private var deadlineOfPhase: Instant?
    private var keepsAlive = true

    init(limits: HTTPLimits, at now: Instant) {
        self.limits = limits
        enter(.idle, at: now)
    }

    /// When `expire` is to be called; nil: no limit.
    var deadline: Instant? { deadlineOfPhase }

    /// Whether the next request on the connection may be parsed.
    var mayParse: Bool { phase == .idle || phase == .head || phase == .body }

    /// Whether the answer to the present request leaves the connection open.
    var willKeepAlive: Bool { keepsAlive && !isDraining }

    // MARK: What happens

    /// The parser has all that came and wants more; `isBetweenRequests`: it has nothing of a next one.
    mutating func waits(isBetweenRequests: Bool, at now: Instant) {
        if phase == .idle, !isBetweenRequests { enter(.head, at: now) }
        if phase == .head, isBetweenRequests { enter(.idle, at: now) }
    }

    mutating func headEnded(keepsAlive: Bool, at now: Instant) {
        self.keepsAlive = keepsAlive
        enter(.body, at: now)
    }

    mutating func requestEnded(at now: Instant) {
        enter(.handling, at: now)
    }

    /// The answer, all of it, was handed over.
    mutating func answered(at now: Instant) {
        guard phase == .handling else { return }
        enter(willKeepAlive ? .idle : .closing, at: now)
    }

    mutating func streamBegan(at now: Instant) {
        guard phase == .handling else { return }
        keepsAlive = false
        enter(.streaming, at: now)
    }

    /// An event or a comment was sent.
    mutating func streamed(at now: Instant) {
        guard phase == .streaming else { return }
        enter(.streaming, at: now)
    }

    mutating func streamEnded(at now: Instant) {
        guard phase == .streaming else { return }
        enter(.closing, at: now)
    }

    /// A request was refused: its answer is the last.
    mutating func refused(at now: Instant) {
        keepsAlive = false
        guard phase != .closed else { return }
        enter(.closing, at: now)
    }

    mutating func peerFinished() {
        peerHasFinished = true
    }

    mutating func drain() {
        isDraining = true
    }

    mutating func closed() {
        phase = .closed
        deadlineOfPhase = nil
    }

    /// What a deadline that has passed means.
    func expiry(at now: Instant) -> Expiry {
        guard let deadline, deadline <= now else { return .nothing }
        return switch phase {
        case .head, .body: .refuse
        case .streaming: .comment
        case .idle, .lingering: .close
        case .handling, .closing, .closed: .nothing
        }
    }

    enum Step: Equatable {
        case goOn
        /// Send no more, and read until the peer has closed.
        case finishSending
        case close
    }

    /// What follows once all that was written has gone out and all that came was looked at.
    mutating func step(at now: Instant) -> Step {
        switch phase {
        case .idle where isDraining || peerHasFinished: return .close
        // Half a request and no more to come: nobody waits for an answer.
        case .head where peerHasFinished, .body where peerHasFinished: return .close
        // A browser never sends its end while it listens.
        case .streaming where peerHasFinished: return .close
        case .closing where peerHasFinished: return .close
        case .lingering where peerHasFinished: return .close
        case .closing:
            enter(.lingering, at: now)
            return .finishSending
        default: return .goOn
        }
    }

    private mutating func enter(_ phase: Phase, at now: Instant) {
        self.phase = phase
        let time: Duration? =
            switch phase {
            case .idle: limits.idleTime
            case .head: limits.headTime
            case .body: limits.bodyTime
            case .streaming: limits.commentTime
            case .lingering: limits.lingerTime
            case .handling, .closing, .closed: nil
            }
        deadlineOfPhase = time.map { now + $0 }
    }
}
