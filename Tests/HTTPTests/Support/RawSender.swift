import Glibc
import Loop

/// Sends on a descriptor that somebody else owns and reads.
struct RawSender: Sendable {
    private let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    func send(_ bytes: [UInt8], pause: Duration = .zero) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch rest.withUnsafeBytes({ Socket.send(descriptor, $0) }) {
            case .bytes(let count): rest = rest.dropFirst(count)
            // Not connected: the connection is in progress.
            case .wouldBlock, .failed(ENOTCONN): try await Task.sleep(for: .milliseconds(1))
            case .closed, .failed: throw RawClient.Failure.closedEarly
            }
        }
        if pause > .zero { try await Task.sleep(for: pause) }
    }
}
