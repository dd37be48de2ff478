import Contracts

/// How fast this process may send: each hotel's number, each guest, and numbers that must not send at all. A value: time is passed in, as
/// durations since any fixed start.
struct Pace: Sendable {
    struct Limits: Sendable {
        /// Meta's limit for a number (80; 1,000 after an upgrade), and how many may go at once.
        var numberPerSecond: Double = 80
        var numberBurst: Double = 20
        /// One guest: 1 in 6 s, with bursts to 45.
        var guestPerSecond: Double = 1.0 / 6
        var guestBurst: Double = 45
        /// How long a number stays stopped the first time, and at most; then one message tries whether a person has put it right.
        var firstStop: Duration = .seconds(30)
        var longestStop: Duration = .seconds(600)
        /// Guests remembered: a bucket that is full again is forgotten.
        var guests = 20_000
    }

    enum Verdict: Hashable, Sendable {
        /// Send after this wait, which is zero or short.
        case send(after: Duration)
        /// Give the message back; it may try again then.
        case postpone(Duration)
    }

    private struct Stop {
        var until: Duration
        var length: Duration
        /// One message is on its way to see whether the number works again.
        var isProbing = false
    }

    let limits: Limits
    private var numbers: [Int: TokenBucket] = [:]
    private var guests: [ConversationKey: TokenBucket] = [:]
    private var stops: [Int: Stop] = [:]

    init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Whether a message of this guest may go.
    mutating func admit(_ guest: ConversationKey, at now: Duration) -> Verdict {
        if let stop = stops[guest.hotel] {
            guard now >= stop.until else { return .postpone(stop.until - now) }
            guard !stop.isProbing else { return .postpone(.seconds(2)) }
        }
        var allowance =
            guests[guest] ?? TokenBucket(capacity: limits.guestBurst, perSecond: limits.guestPerSecond, at: now)
        if let wait = allowance.take(at: now) { return .postpone(wait) }
        guests[guest] = allowance
        forgetGuests(now)
        stops[guest.hotel]?.isProbing = true
        var number =
            numbers[guest.hotel]
            ?? TokenBucket(capacity: limits.numberBurst, perSecond: limits.numberPerSecond, at: now)
        defer { numbers[guest.hotel] = number }
        return .send(after: number.reserve(at: now))
    }

    /// Hotels from which nothing is to be claimed now: their number is stopped, or has enough waiting.
    mutating func closedHotels(at now: Duration) -> [Int] {
        let stopped = stops.filter { now < $0.value.until || $0.value.isProbing }.map(\.key)
        let crowded = numbers.filter { $0.value.delay(at: now) > .milliseconds(250) }.map(\.key)
        return Set(stopped + crowded).sorted()
    }

    /// Meta takes messages from this number: a stop is over.
    mutating func succeeded(hotel: Int) {
        stops[hotel] = nil
    }

    /// A message failed for a reason of its own: the number may be tried with another one.
    mutating func failed(hotel: Int) {
        stops[hotel]?.isProbing = false
    }

    /// The number must not send. Gives how long.
    mutating func stop(hotel: Int, at now: Duration) -> Duration {
        let previous = stops[hotel]
        // Messages that were on their way together are refused together: they stop it once.
        if let previous, now < previous.until { return previous.until - now }
        let length = previous.map { min($0.length * 2, limits.longestStop) } ?? limits.firstStop
        stops[hotel] = Stop(until: now + length, length: length)
        return length
    }

    var stoppedHotels: [Int] { stops.keys.sorted() }

    private mutating func forgetGuests(_ now: Duration) {
        guard guests.count > limits.guests else { return }
        for guest in Array(guests.keys) where guests[guest]?.isFull(at: now) == true { guests[guest] = nil }
        // All of them are busy: the limit holds nevertheless, and Meta's own (131056) is what is left.
        if guests.count > limits.guests { guests.removeAll() }
    }
}
