/// Whether a trace is recorded. Who takes part in a trace does as its beginner decided; a new one is recorded by chance.
struct Sampler: Sendable {
    /// A trace is recorded when this is above the number that its id's low half is.
    private let threshold: UInt64
    private let takesAll: Bool

    /// `ratio` of new traces are recorded: 0 none, 1 all.
    init(ratio: Double) {
        takesAll = ratio >= 1
        threshold = ratio > 0 && ratio < 1 ? UInt64(ratio * 0x1p64) : 0
    }

    /// By the id and not by a throw of its own, so that all who have the same ratio decide the same.
    func samplesNewTrace(traceIDLow: UInt64) -> Bool { takesAll || traceIDLow < threshold }
}
