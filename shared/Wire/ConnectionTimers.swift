import Loop

/// What one connection does by the clock: its handshake's limit, its signs of life, and the earliest deadline of what is in flight. It belongs to
/// the connection's actor and never leaves it.
final class ConnectionTimers {
    private let loop: EventLoop
    private var keepAlive: KeepAlive
    private var handshake: ScheduledTimer?
    private var silence: ScheduledTimer?
    private var deadline: ScheduledTimer?
    private var deadlineTime: MonotonicTime?

    init(loop: EventLoop, limits: WireLimits) {
        self.loop = loop
        keepAlive = KeepAlive(limits, now: .now())
    }

    func cancelAll() {
        for timer in [handshake, silence, deadline] { timer?.cancel() }
        handshake = nil
        silence = nil
        deadline = nil
        deadlineTime = nil
    }

    func limitHandshake(to limit: Duration, _ timeOver: @escaping () -> Void) {
        handshake = loop.schedule(after: limit, timeOver)
    }

    /// The peer gave a sign of life.
    func heard(at now: MonotonicTime) { keepAlive.heard(at: now) }

    /// The handshake is over; from here on the peer is asked for signs of life.
    func watchSilence(ping: @escaping (Int) -> Void, giveUp: @escaping () -> Void) {
        handshake?.cancel()
        handshake = nil
        let now = MonotonicTime.now()
        let end: MonotonicTime
        switch keepAlive.look(at: now) {
        case .wait(let time): end = time
        case .ping(let number, let time):
            end = time
            ping(number)
        case .giveUp: return giveUp()
        }
        silence = loop.schedule(after: end - now) { [self] in watchSilence(ping: ping, giveUp: giveUp) }
    }

    /// Calls `passed` at the time, unless an earlier one is set: there a look at what is left sets the next. Most deadlines are met long
    /// before, and so most requests set no timer.
    func watchDeadline(_ time: MonotonicTime?, _ passed: @escaping () -> Void) {
        guard let time else { return }
        if let deadlineTime, deadlineTime <= time { return }
        deadline?.cancel()
        deadlineTime = time
        deadline = loop.schedule(after: time - .now()) { [self] in
            deadline = nil
            deadlineTime = nil
            passed()
        }
    }
}
