/// Which of the healthy instances gets a request. A value; chance is passed in.
enum Balancer {
    struct Candidate: Hashable {
        var instance: String
        /// Requests in flight there.
        var load: Int
    }

    /// The index of the candidate to take, nil of none: the one that rendezvous hashing names for `affinity`, or else the less loaded of two
    /// that chance names, so that no instance gets everything from clients that all saw it idle.
    static func pick(
        _ candidates: [Candidate], affinity: String?, using generator: inout some RandomNumberGenerator
    ) -> Int? {
        guard candidates.count > 1 else { return candidates.isEmpty ? nil : 0 }
        if let affinity {
            let name = Rendezvous.choose(affinity, among: candidates.lazy.map(\.instance))
            return candidates.firstIndex { $0.instance == name }
        }
        let first = Int.random(in: 0..<candidates.count, using: &generator)
        var second = Int.random(in: 0..<(candidates.count - 1), using: &generator)
        if second >= first { second += 1 }
        return candidates[second].load < candidates[first].load ? second : first
    }
}
