import Glibc
import Testing

/// What a run is made of. The same seed gives the same guests, who want the same, and the same order of deaths; what meets what is chance.
struct ChaosPlan: Sendable, CustomTestStringConvertible {
    var name: String
    var orchestrators = 1
    var notifiers = 1
    var seed: UInt64
    var guests = 200
    /// All guests have begun after this time.
    var arrivals = Duration.seconds(14)
    /// For how long something is killed every now and then; at least until everything was killed twice. 0: nothing dies.
    var killing = Duration.seconds(getenv("CHAOS_SECONDS").flatMap { Int(String(cString: $0)) } ?? 28)

    var testDescription: String { "\(name), seed \(seed)" }

    static let single = ChaosPlan(name: "one of each", seed: 1)
    static let doubled = ChaosPlan(name: "two orchestrators and two notifiers", orchestrators: 2, notifiers: 2, seed: 2)

    /// Both kinds; with `CHAOS_SEEDS=7,8,9` in the environment once for each seed.
    static var all: [ChaosPlan] {
        let seeds =
            getenv("CHAOS_SEEDS").map { String(cString: $0).split(separator: ",").compactMap { UInt64($0) } } ?? []
        guard !seeds.isEmpty else { return [single, doubled] }
        return seeds.flatMap { seed in
            [single, doubled].map { plan in
                var plan = plan
                plan.seed = seed
                return plan
            }
        }
    }
}
