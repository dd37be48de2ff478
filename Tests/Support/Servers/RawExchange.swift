import Glibc
import Loop

/// Sends exactly these bytes over a connection of its own and gives what comes back until the server closes: for requests that no client sends.
public enum RawExchange {
    /// Nil when the server has not closed within `limit`; empty when it closed without a word.
    public static func send(_ bytes: [UInt8], port: UInt16, within limit: Duration = .seconds(5)) async -> String? {
        await withCheckedContinuation { continuation in
            onThread { continuation.resume(returning: exchange(bytes, port, limit)) }
        }
    }

    /// Blocks.
    private static func exchange(_ bytes: [UInt8], _ port: UInt16, _ limit: Duration) -> String? {
        guard let address = try? SocketAddress(host: "127.0.0.1", port: port),
            let (descriptor, _) = try? Socket.connect(to: address)
        else { return nil }
        defer { Socket.close(descriptor) }
        let end = ContinuousClock.now + limit
        var unsent = bytes[...]
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while .now < end {
            let left = (end - .now).components
            let wanted = unsent.isEmpty ? POLLIN : POLLIN | POLLOUT
            var entry = pollfd(fd: descriptor, events: Int16(wanted), revents: 0)
            guard poll(&entry, 1, Int32(left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000 + 1)) > 0 else {
                continue
            }
            if entry.revents & Int16(POLLOUT) != 0, !unsent.isEmpty,
                case .bytes(let count) = unsent.withUnsafeBytes({ Socket.send(descriptor, $0) })
            {
                unsent = unsent.dropFirst(count)
            }
            guard entry.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 else { continue }
            switch buffer.withUnsafeMutableBytes({ Socket.receive(descriptor, into: $0) }) {
            case .bytes(let count): answer += buffer[..<count]
            case .wouldBlock: continue
            case .closed, .failed: return String(decoding: answer, as: UTF8.self)
            }
        }
        return nil
    }
}
