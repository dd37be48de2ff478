/// Notices a peer that is gone without a reset, as when a network is cut: after some silence it is asked for a sign of life, after some more the
/// connection is given up. Anything that is heard is a sign. A value; time is passed in.
struct KeepAlive: Sendable {
    enum Action: Equatable {
        /// Nothing to do until then.
        case wait(until: MonotonicTime)
        /// Send a ping with this number, and look again then.
        case ping(Int, until: MonotonicTime)
        case giveUp
    }

    private let silence: Duration
    private let pong: Duration
    private var lastHeard: MonotonicTime
    /// The time of a ping that is unanswered.
    private var asked: MonotonicTime?
    private var pings = 0

    init(_ limits: WireLimits, now: MonotonicTime) {
        silence = limits.silence
        pong = limits.pong
        lastHeard = now
    }

    mutating func heard(at now: MonotonicTime) {
        lastHeard = now
        asked = nil
    }

    mutating func look(at now: MonotonicTime) -> Action {
        if let asked {
            let end = asked + pong
            return now >= end ? .giveUp : .wait(until: end)
        }
        let end = lastHeard + silence
        guard now >= end else { return .wait(until: end) }
        asked = now
        pings += 1
        return .ping(pings, until: now + pong)
    }
}
