/// The deadlines of what is in flight on one connection. There are a few hundred at most and nearly all are met, so one timer a connection
/// set to the earliest is enough: entering and leaving cost nothing else, and what the timer finds gone is simply not there.
struct DeadlineTable: Sendable {
    private var deadlines: [Int: MonotonicTime] = [:]
    /// When the timer must fire at the latest; it may be early, never late.
    private(set) var nextLook: MonotonicTime?

    var count: Int { deadlines.count }
    var ids: [Int] { Array(deadlines.keys) }

    mutating func insert(_ id: Int, until deadline: MonotonicTime) {
        deadlines[id] = deadline
        nextLook = min(nextLook ?? deadline, deadline)
    }

    /// False when it was not there.
    mutating func remove(_ id: Int) -> Bool {
        deadlines.removeValue(forKey: id) != nil
    }

    /// Takes out what is over, earliest first, and says when to look again.
    mutating func expire(at now: MonotonicTime) -> [Int] {
        let over = deadlines.filter { $0.value <= now }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
        for id in over { deadlines.removeValue(forKey: id) }
        nextLook = deadlines.values.min()
        return over
    }
}
