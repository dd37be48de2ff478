/// The request ids that a connection has seen, so that none is used twice. Ids that count up, as every client's should, are one range; a
/// client that skips about gets a bounded number of them.
struct UsedIDs: Sendable {
    enum Outcome: Equatable { case fresh, used, tooScattered }

    /// 2^53 − 1: the largest integer that every JSON reader keeps exactly (RFC 7493 §2.2).
    static let largest = 9_007_199_254_740_991
    static let rangesAtMost = 1_024

    /// Ascending, with gaps between them.
    private var ranges: [ClosedRange<Int>] = []

    mutating func use(_ id: Int) -> Outcome {
        guard let last = ranges.last, id <= last.upperBound + 1 else { return insert(id...id, at: ranges.count) }
        if id == last.upperBound + 1 {
            ranges[ranges.count - 1] = last.lowerBound...id
            return .fresh
        }
        // The first range that ends at or after the id.
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < id { low = middle + 1 } else { high = middle }
        }
        if ranges[low].contains(id) { return .used }
        let joinsLeft = low > 0 && ranges[low - 1].upperBound + 1 == id
        let joinsRight = ranges[low].lowerBound - 1 == id
        switch (joinsLeft, joinsRight) {
        case (true, true):
            ranges[low - 1] = ranges[low - 1].lowerBound...ranges[low].upperBound
            ranges.remove(at: low)
        case (true, false): ranges[low - 1] = ranges[low - 1].lowerBound...id
        case (false, true): ranges[low] = id...ranges[low].upperBound
        case (false, false): return insert(id...id, at: low)
        }
        return .fresh
    }

    private mutating func insert(_ range: ClosedRange<Int>, at index: Int) -> Outcome {
        guard ranges.count < Self.rangesAtMost else { return .tooScattered }
        ranges.insert(range, at: index)
        return .fresh
    }
}
