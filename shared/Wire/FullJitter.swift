/// Exponential backoff with full jitter: the n-th wait is anything between nothing and `base` doubled n times, `cap` at most, so that
/// clients that failed together do not come back together.
public struct FullJitter: Sendable, Hashable {
    public var base: Duration
    public var cap: Duration

    public init(base: Duration, cap: Duration) {
        self.base = base
        self.cap = cap
    }

    /// The longest wait after the failure with this number; the first is 0.
    func ceiling(_ failure: Int) -> Duration {
        let base = base.boundedNanoseconds
        // 2^40 nanoseconds are 18 minutes: no shift of a sensible base overflows, and the cap is long reached.
        let shift = min(max(failure, 0), 30)
        let (raised, overflows) = base.multipliedReportingOverflow(by: 1 << Int64(shift))
        return overflows ? cap : min(cap, .nanoseconds(raised))
    }

    func delay(_ failure: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        .nanoseconds(Int64.random(in: 0...max(0, ceiling(failure).boundedNanoseconds), using: &generator))
    }
}
