import Glibc

/// An instant of the machine's monotonic clock, which no one can set. The values that decide get it passed in.
struct MonotonicTime: Comparable, Hashable, Sendable {
    var nanoseconds: Int64

    static func now() -> MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }

    static func + (instant: MonotonicTime, duration: Duration) -> MonotonicTime {
        MonotonicTime(nanoseconds: instant.nanoseconds + duration.boundedNanoseconds)
    }

    static func - (later: MonotonicTime, earlier: MonotonicTime) -> Duration {
        .nanoseconds(later.nanoseconds - earlier.nanoseconds)
    }
}

extension Duration {
    /// Nanoseconds, at most those of a year either way: as good as for ever, and no sum overflows.
    var boundedNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return max(-31_536_000, min(seconds, 31_536_000)) * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// Whole milliseconds, rounded down, so that a deadline that is passed on is never longer than what is left.
    var wholeMilliseconds: Int { Int(boundedNanoseconds / 1_000_000) }
}
