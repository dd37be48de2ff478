import Glibc
import Loop

/// The least that asks a health check: one GET over a connection of its own, with a time limit.
public enum HTTPProbe {
    /// The status of the answer of 127.0.0.1; nil when there is none within `limit`.
    public static func status(port: UInt16, path: String, within limit: Duration = .seconds(2)) async -> Int? {
        await response(port: port, path: path, within: limit)?.status
    }

    /// Status and body.
    public static func response(
        port: UInt16, path: String, within limit: Duration = .seconds(2)
    ) async -> (status: Int, body: String)? {
        let text = await withCheckedContinuation { continuation in
            onThread { continuation.resume(returning: exchange(port, path, limit)) }
        }
        guard let text, let end = text.firstRange(of: "\r\n\r\n") else { return nil }
        let words = text.prefix(64).split(separator: " ")
        guard words.count > 1, let status = Int(words[1].prefix(3)) else { return nil }
        return (status, String(text[end.upperBound...]))
    }

    /// Blocks.
    private static func exchange(_ port: UInt16, _ path: String, _ limit: Duration) -> String? {
        guard let address = try? SocketAddress(host: "127.0.0.1", port: port),
            let (descriptor, _) = try? Socket.connect(to: address)
        else { return nil }
        defer { Socket.close(descriptor) }
        let end = ContinuousClock.now + limit
        func wait(_ events: Int32) -> Bool {
            var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let left = (end - .now).components
            return poll(&entry, 1, Int32(max(0, left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000))) > 0
        }
        guard wait(POLLOUT) else { return nil }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        guard request.withUnsafeBytes({ Socket.send(descriptor, $0) }) == .bytes(request.count) else { return nil }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while wait(POLLIN) {
            switch buffer.withUnsafeMutableBytes({ Socket.receive(descriptor, into: $0) }) {
            case .bytes(let count): answer += buffer[..<count]
            case .wouldBlock: continue
            case .closed: return String(decoding: answer, as: UTF8.self)
            case .failed: return nil
            }
        }
        return nil
    }
}
