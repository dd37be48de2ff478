import Synchronization

/// Spans that have ended and wait for their export. What is more than the limit is dropped and counted.
final class SpanBuffer: Sendable {
    private let limit: Int
    private let state = Mutex(State())

    private struct State {
        var records: [SpanRecord] = []
        var dropped = 0
    }

    init(limit: Int) { self.limit = limit }

    func append(_ record: SpanRecord) {
        state.withLock { state in
            if state.records.count < limit { state.records.append(record) } else { state.dropped += 1 }
        }
    }

    /// The oldest, at most `count`.
    func take(_ count: Int) -> [SpanRecord] {
        state.withLock { state in
            let taken = Array(state.records.prefix(count))
            state.records.removeFirst(taken.count)
            return taken
        }
    }

    var count: Int { state.withLock { $0.records.count } }
    var dropped: Int { state.withLock { $0.dropped } }
}
