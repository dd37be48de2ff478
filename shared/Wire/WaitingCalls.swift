import Loop

/// Calls that wait until an instance is connected, a bounded number of them. It belongs to the client's actor and never leaves it.
final class WaitingCalls {
    private let loop: EventLoop
    private let limit: Int
    private let woken: PendingValues<Void>
    private var timers: [Int: ScheduledTimer] = [:]
    private var last = 0

    init(loop: EventLoop, limit: Int) {
        self.loop = loop
        self.limit = limit
        woken = PendingValues(loop: loop)
    }

    /// A number to wait under, nil when too many wait.
    func enter(for wait: Duration) -> Int? {
        guard timers.count < limit else { return nil }
        last += 1
        let number = last
        timers[number] = loop.schedule(after: wait) { [self] in wake(number) }
        return number
    }

    /// Returns when it is woken, or its time is over.
    func wait(_ number: Int) async { await woken.value(of: number) }

    func wake(_ number: Int) {
        guard let timer = timers.removeValue(forKey: number) else { return }
        timer.cancel()
        woken.resume(number, with: ())
    }

    func wakeAll() {
        for number in timers.keys.sorted() { wake(number) }
    }
}
