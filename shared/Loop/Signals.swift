import CLinux
import Glibc

/// Signals as descriptors: they arrive on a loop like any other event.
public enum Signals {
    /// Keeps the signals from interrupting anything. Call it before the first thread starts: the others inherit the mask. Writing to a
    /// closed socket is an error code, not a signal (SIGPIPE).
    public static func blockForProcess(_ signals: [Int32]) {
        signal(SIGPIPE, SIG_IGN)
        var set = Self.set(signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Calls `handler` for each of these signals, which must be blocked. On the loop's thread.
    public static func watch(
        _ signals: [Int32], on loop: EventLoop, _ handler: @escaping (Int32) -> Void
    ) throws(LoopError) {
        var set = Self.set(signals)
        let descriptor = signalfd(-1, &set, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
        guard descriptor >= 0 else { throw LoopError("signalfd") }
        loop.watch(descriptor, for: .readable) { _ in
            var info = signalfd_siginfo()
            while read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size) == MemoryLayout<signalfd_siginfo>.size {
                handler(Int32(info.ssi_signo))
            }
        }
    }

    private static func set(_ signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }
}
