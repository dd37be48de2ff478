import CLinux
import Glibc
import Loop

/// A connected socket that carries frames: one read drains it, what is to be sent is gathered and leaves in one write. It belongs to one actor and
/// never leaves it; the actor decides what the frames mean.
final class FrameChannel {
    /// Why no more frames come.
    enum End: Equatable {
        case closed
        case tooLong(FrameError)
        case failed(Int32)
    }

    private enum Mode { case open, lingering, closed }

    private let descriptor: Int32
    private let loop: EventLoop
    private let scratch: UnsafeMutableRawBufferPointer
    private var decoder: FrameDecoder
    private var mode = Mode.open
    private var interest: Readiness = .readable
    private var lingerTimer: ScheduledTimer?
    var outbox = Outbox()

    /// A read's size. The pages of it that no read ever filled cost no memory.
    private static let scratchBytes = 65_536
    /// Reads a round, so that one busy peer does not hold up the others.
    private static let readsARound = 4

    /// Takes the descriptor, which it closes at the latest when it is released.
    init(_ descriptor: Int32, loop: EventLoop, frameLimit: Int) {
        self.descriptor = descriptor
        self.loop = loop
        scratch = .allocate(byteCount: Self.scratchBytes, alignment: 16)
        decoder = FrameDecoder(limit: frameLimit)
    }

    deinit {
        scratch.deallocate()
        if mode != .closed { Socket.close(descriptor) }
    }

    var isOpen: Bool { mode == .open }
    var isClosed: Bool { mode == .closed }

    /// The longest frame that is read from now on.
    var frameLimit: Int {
        get { decoder.limit }
        set { decoder.limit = newValue }
    }

    /// Calls `ready` whenever something can be read, or written when that was refused before.
    func watch(for interest: Readiness = .readable, _ ready: @escaping (Readiness) -> Void) {
        self.interest = interest
        loop.watch(descriptor, for: interest, ready)
    }

    /// The outcome of a connect that was in progress: 0, or an errno.
    var connectError: Int32 { Socket.pendingError(of: descriptor) }

    /// Hands every frame that has come to `receive`, while the channel is open; nil when more may come.
    func read(_ receive: ([UInt8]) -> Void) -> End? {
        for _ in 0..<Self.readsARound {
            switch Socket.receive(descriptor, into: scratch) {
            case .bytes(let count):
                var rest = UnsafeRawBufferPointer(rebasing: scratch.prefix(count))
                do throws(FrameError) {
                    while mode == .open, let frame = try decoder.next(&rest) { receive(frame) }
                } catch {
                    return .tooLong(error)
                }
                if count < scratch.count || mode == .closed { return nil }
            case .wouldBlock: return nil
            case .closed: return .closed
            case .failed(let code): return .failed(code)
            }
        }
        return nil
    }

    /// Sends what waits, as far as the peer takes it. False when the connection is broken.
    func flush() -> Bool {
        guard mode != .closed else { return false }
        var isBroken = false
        while outbox.count > 0, !isBroken {
            var isFull = false
            outbox.drain { bytes in
                switch Socket.send(descriptor, bytes) {
                case .bytes(let count): return count
                case .wouldBlock: isFull = true
                case .closed, .failed: isBroken = true
                }
                return 0
            }
            if isFull { break }
        }
        if isBroken { return false }
        if mode == .lingering, outbox.count == 0 { shutdown(descriptor, Int32(SHUT_WR)) }
        want(.writable, outbox.count > 0)
        return true
    }

    /// Whether more frames are read. A peer that does not take its answers gets no further requests read.
    var isReading: Bool {
        get { interest.contains(.readable) }
        set { want(.readable, newValue) }
    }

    private func want(_ readiness: Readiness, _ isWanted: Bool) {
        guard mode != .closed else { return }
        let wanted = isWanted ? interest.union(readiness) : interest.subtracting(readiness)
        guard wanted != interest else { return }
        interest = wanted
        loop.update(descriptor, for: wanted)
    }

    /// Sends what waits, says that no more comes, and throws away what still arrives until the peer closes or the time is over. Closing at
    /// once would reset the connection under bytes that were not read, and the last frame might never be seen.
    func linger(for limit: Duration, then closed: @escaping () -> Void) {
        guard mode == .open else { return }
        mode = .lingering
        isReading = true
        guard flush() else {
            close()
            closed()
            return
        }
        lingerTimer = loop.schedule(after: limit) { [self] in
            lingerTimer = nil
            close()
            closed()
        }
    }

    /// Closes at once. What waits is not sent.
    func close() {
        guard mode != .closed else { return }
        mode = .closed
        lingerTimer?.cancel()
        lingerTimer = nil
        loop.unwatch(descriptor)
        Socket.close(descriptor)
    }
}
