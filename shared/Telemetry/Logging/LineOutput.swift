import Glibc
import Synchronization

/// Writes lines to a descriptor whose reader may be slow or stuck. A service must not stand still for its log: a line waits for a second at
/// most, and while the reader does not come back, not at all; what can't be written is dropped and counted.
final class LineOutput: Sendable {
    private let descriptor: Int32
    private let patienceMilliseconds: Int32
    private let state = Mutex(State())

    private struct State {
        var isStuck = false
        /// Whether part of a line was written and the rest dropped.
        var isInsideLine = false
        var dropped = 0
    }

    /// A pipe that poll(2) calls writable takes so many bytes without blocking (PIPE_BUF).
    private static let chunk = 4_096

    init(_ descriptor: Int32, patienceMilliseconds: Int32 = 1_000) {
        self.descriptor = descriptor
        self.patienceMilliseconds = patienceMilliseconds
    }

    var droppedLines: Int { state.withLock { $0.dropped } }

    /// Writes a line, its line feed included, with no other thread's bytes inside.
    func write(_ line: [UInt8]) {
        state.withLock { state in
            // What was cut off must not run into this line.
            let bytes = state.isInsideLine ? [UInt8(ascii: "\n")] + line : line
            let written = bytes.withUnsafeBytes { write($0, patience: state.isStuck ? 0 : patienceMilliseconds) }
            state.isStuck = written < bytes.count
            if state.isStuck { state.dropped += 1 }
            if written > 0 { state.isInsideLine = state.isStuck }
        }
    }

    /// How many of the bytes could be written.
    private func write(_ bytes: UnsafeRawBufferPointer, patience: Int32) -> Int {
        var done = 0
        while done < bytes.count {
            var wish = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let ready = poll(&wish, 1, patience)
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { return done }
            let next = UnsafeRawBufferPointer(rebasing: bytes[done..<min(done + Self.chunk, bytes.count)])
            let written = Glibc.write(descriptor, next.baseAddress, next.count)
            if written < 0, errno == EINTR || errno == EAGAIN { continue }
            guard written > 0 else { return done }
            done += written
        }
        return done
    }
}
