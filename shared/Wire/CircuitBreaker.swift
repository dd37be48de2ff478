/// Leaves an instance alone that fails, and tries it again with a single request: closed, open, half open. A value; time is passed in.
public struct CircuitBreaker: Sendable {
    /// When it opens and for how long.
    public struct Policy: Sendable, Hashable {
        /// So many failures in a row open it.
        public var consecutiveFailures = 5
        /// Or this many failures in the window, if they are at least half of what was answered there.
        public var failuresInWindow = 10
        public var window: Duration = .seconds(10)
        /// The first time; each failed trial doubles it.
        public var openFor: Duration = .seconds(1)
        public var openAtMost: Duration = .seconds(10)

        public init() {}
    }

    enum State: Hashable, Sendable {
        case closed
        case open(until: MonotonicTime)
        /// One request is on its way to see whether the instance is well; if it never reports, the next may go at that time.
        case halfOpen(nextTrial: MonotonicTime)
    }

    private let policy: Policy
    private(set) var state = State.closed
    private var failuresInARow = 0
    private var failures = 0
    private var answers = 0
    private var windowEnds = MonotonicTime(nanoseconds: .min)
    private var openings = 0

    init(_ policy: Policy) {
        self.policy = policy
    }

    /// Whether a request may go there now. Does not change anything: the picker asks it of instances that it then does not pick.
    func allowsRequest(at now: MonotonicTime) -> Bool {
        switch state {
        case .closed: true
        case .open(let until): now >= until
        case .halfOpen(let nextTrial): now >= nextTrial
        }
    }

    /// When `allowsRequest` can be true next, for an instance that is left alone.
    var nextTrial: MonotonicTime? {
        switch state {
        case .closed: nil
        case .open(let until): until
        case .halfOpen(let nextTrial): nextTrial
        }
    }

    /// A request goes there.
    mutating func began(at now: MonotonicTime) {
        if state != .closed { state = .halfOpen(nextTrial: now + policy.openFor) }
    }

    /// It was answered, be it with an error that is the request's own fault.
    mutating func succeeded(at now: MonotonicTime) {
        roll(now)
        failuresInARow = 0
        answers += 1
        // What was sent before it opened says nothing about now; the trial does.
        guard case .halfOpen = state else { return }
        state = .closed
        openings = 0
        failures = 0
        answers = 0
    }

    /// It failed, or its deadline passed.
    mutating func failed(at now: MonotonicTime) {
        roll(now)
        failuresInARow += 1
        failures += 1
        answers += 1
        switch state {
        case .closed:
            let isHalf = failures >= policy.failuresInWindow && failures * 2 >= answers
            if failuresInARow >= policy.consecutiveFailures || isHalf { open(now) }
        case .halfOpen: open(now)
        case .open: break
        }
    }

    /// It was withdrawn: that tells nothing, and the next may try.
    mutating func abandoned(at now: MonotonicTime) {
        if case .halfOpen = state { state = .halfOpen(nextTrial: now) }
    }

    private mutating func open(_ now: MonotonicTime) {
        let doubled = FullJitter(base: policy.openFor, cap: policy.openAtMost).ceiling(openings)
        openings += 1
        failuresInARow = 0
        state = .open(until: now + doubled)
    }

    private mutating func roll(_ now: MonotonicTime) {
        guard now >= windowEnds else { return }
        windowEnds = now + policy.window
        failures = 0
        answers = 0
    }
}
