/// A pace with bursts: `capacity` at once, then `perSecond`. Times are durations since any fixed start.
struct TokenBucket: Sendable {
    let capacity: Double
    let perSecond: Double
    private var tokens: Double
    private var updatedAt: Duration

    init(capacity: Double, perSecond: Double, at now: Duration) {
        self.capacity = capacity
        self.perSecond = perSecond
        tokens = capacity
        updatedAt = now
    }

    /// Takes a token now, or gives how long until there is one.
    mutating func take(at now: Duration) -> Duration? {
        refill(now)
        guard tokens < 1 else {
            tokens -= 1
            return nil
        }
        return .seconds((1 - tokens) / perSecond)
    }

    /// Takes a token that may not be there yet, and gives how long to wait for it: takers are served in order.
    mutating func reserve(at now: Duration) -> Duration {
        refill(now)
        tokens -= 1
        return .seconds(max(0, -tokens / perSecond))
    }

    /// How long a reservation made now would wait.
    func delay(at now: Duration) -> Duration {
        .seconds(max(0, (1 - tokens(at: now)) / perSecond))
    }

    func isFull(at now: Duration) -> Bool { tokens(at: now) >= capacity }

    private func tokens(at now: Duration) -> Double {
        guard now > updatedAt else { return tokens }
        return min(capacity, tokens + (now - updatedAt) / .seconds(1) * perSecond)
    }

    private mutating func refill(_ now: Duration) {
        tokens = tokens(at: now)
        updatedAt = max(updatedAt, now)
    }
}
