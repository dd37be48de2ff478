/// How long to wait before the next attempt: full jitter over a limit that doubles with each failure, so that many who failed together don't
/// come back together.
public struct Backoff: Sendable {
    private let initial: Duration
    private let maximum: Duration
    private var limit: Duration

    /// - Parameters:
    ///   - initial: the most that the first wait may last.
    ///   - maximum: the most that any wait may last.
    public init(initial: Duration, maximum: Duration) {
        self.initial = initial
        self.maximum = maximum
        limit = initial
    }

    /// After a failure. At least a quarter of the limit, so that it never spins.
    public mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        defer { limit = min(maximum, limit * 2) }
        return limit * Double.random(in: 0.25...1, using: &generator)
    }

    public mutating func next() -> Duration {
        var generator = SystemRandomNumberGenerator()
        return next(using: &generator)
    }

    /// After a success.
    public mutating func reset() {
        limit = initial
    }
}
