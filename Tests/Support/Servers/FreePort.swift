import Loop
import Synchronization

/// A TCP port of 127.0.0.1 on which nobody listens. It is not among those that outgoing connections get by themselves, so that a server which is
/// away for a moment finds it free again.
public func freePort() throws -> UInt16 {
    for _ in 0..<100 {
        let port = UInt16.random(in: 15_000..<30_000)
        guard isNew(port), let listener = try? Socket.listen(on: SocketAddress(host: "127.0.0.1", port: port)) else {
            continue
        }
        Socket.close(listener)
        return port
    }
    throw ProcessFailure("no free port")
}

private let given = Mutex<Set<UInt16>>([])

/// Whether this process has not given it to anybody yet.
private func isNew(_ port: UInt16) -> Bool { given.withLock { $0.insert(port).inserted } }

/// Whether somebody accepts connections there.
func accepts(_ address: SocketAddress) -> Bool {
    guard let (descriptor, inProgress) = try? Socket.connect(to: address) else { return false }
    defer { Socket.close(descriptor) }
    return !inProgress
}
