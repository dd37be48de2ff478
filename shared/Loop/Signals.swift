import CLinux
import Glibc
import Synchronization

/// Signals as events of a loop.
///
/// A handler writes each signal's number into a pipe that the loop reads. A signalfd would not do: it needs the signal blocked in every thread,
/// and the main thread of a Swift program that awaits sits in libdispatch's `sigsuspend` with an empty mask, where a blocked signal ends the
/// process after all.
public enum Signals {
    /// Where the handler writes; -1 until something watches.
    private static let pipeEnd = Atomic<Int32>(-1)

    /// Keeps the signals from interrupting anything until they are watched. Call it before the first thread starts: the others inherit the
    /// mask. Writing to a closed socket is an error code, not a signal (SIGPIPE).
    public static func blockForProcess(_ signals: [Int32]) {
        signal(SIGPIPE, SIG_IGN)
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Calls `handler` for each of these signals, on the loop's thread. Once a process.
    public static func watch(
        _ signals: [Int32], on loop: EventLoop, _ handler: @escaping (Int32) -> Void
    ) throws(LoopError) {
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_NONBLOCK | O_CLOEXEC) == 0 else { throw LoopError("pipe2") }
        precondition(pipeEnd.exchange(ends[1], ordering: .sequentiallyConsistent) == -1, "signals are watched once")
        let readEnd = ends[0]
        loop.watch(readEnd, for: .readable) { _ in
            var number: UInt8 = 0
            while read(readEnd, &number, 1) == 1 { handler(Int32(number)) }
        }
        for number in signals {
            // Only what POSIX allows in a handler: write, with errno as it was. A full pipe has signals enough.
            signal(number) { number in
                let saved = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(Signals.pipeEnd.load(ordering: .sequentiallyConsistent), &byte, 1)
                errno = saved
            }
        }
    }
}
