/// How many retries a client may still send: each request earns a tenth of a token, each retry costs one, ten at most are kept. When a peer
/// fails altogether, its load grows by a tenth and not by a multiple.
struct RetryBudget: Sendable {
    /// In tenths of a token, so that no sum of fractions drifts.
    private(set) var tenths = capacity
    static let capacity = 100
    private static let price = 10

    /// A request is sent for the first time.
    mutating func earn() {
        tenths = min(Self.capacity, tenths + 1)
    }

    /// Takes a token for a retry; false when there is none.
    mutating func spend() -> Bool {
        guard tenths >= Self.price else { return false }
        tenths -= Self.price
        return true
    }
}
