// Its timers are thread-safe, but not declared to be Sendable.
@preconcurrency import Dispatch
import Glibc
import Loop

/// Ends the process when its loop has not come round for too long: a supervisor starts a fresh one, while a stuck one would keep its leases and
/// answer nobody.
final class Watchdog: Sendable {
    static let limit = Duration.seconds(10)

    private let timer: any DispatchSourceTimer

    init(loop: EventLoop, limit: Duration = Watchdog.limit, ifStalled: @escaping @Sendable () -> Void = Watchdog.end) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "watchdog"))
        timer.schedule(deadline: .now() + 1, repeating: 1)
        timer.setEventHandler { if loop.lag > limit { ifStalled() } }
        timer.activate()
    }

    @Sendable private static func end() {
        StandardError.write("the event loop has stalled for more than \(limit): this process ends")
        _exit(70)
    }
}
