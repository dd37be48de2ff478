import Glibc
import Synchronization

/// Standard output, for lines from any thread.
public enum StandardOutput {
    private static let lock = Mutex(())

    /// Writes the bytes with no other thread's between them. What can't be written within a second, because nobody reads, is dropped: a
    /// service must not stand still for its log.
    public static func write(_ bytes: [UInt8]) {
        lock.withLock { _ in
            bytes.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let written = Glibc.write(
                        STDOUT_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if written > 0 {
                        rest = rest.dropFirst(written)
                    } else if written < 0, errno == EAGAIN {
                        var wish = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
                        guard poll(&wish, 1, 1_000) > 0 else { return }
                    } else if written == 0 || errno != EINTR {
                        return
                    }
                }
            }
        }
    }
}
