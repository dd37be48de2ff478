/// Durations of single operations, for percentiles.
struct Samples {
    private(set) var nanoseconds: [UInt64] = []

    mutating func add(_ duration: UInt64) { nanoseconds.append(duration) }

    var count: Int { nanoseconds.count }

    /// The smallest duration that `share` of all don't exceed (nearest rank), in milliseconds.
    func percentile(_ share: Double) -> Double {
        guard !nanoseconds.isEmpty else { return .nan }
        let sorted = nanoseconds.sorted()
        let rank = Int((share * Double(sorted.count)).rounded(.up))
        return Double(sorted[min(max(rank, 1), sorted.count) - 1]) / 1_000_000
    }
}

extension ContinuousClock.Instant {
    /// Nanoseconds from here to a later instant.
    func nanoseconds(to later: ContinuousClock.Instant) -> UInt64 {
        let (seconds, attoseconds) = duration(to: later).components
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
