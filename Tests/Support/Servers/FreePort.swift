import Loop
import Synchronization

/// A TCP port of 127.0.0.1 on which nobody listens. Another process may take it before you do.
public func freePort() throws -> UInt16 {
    let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
    defer { Socket.close(listener) }
    guard let port = try Socket.localAddress(of: listener).port else {
        throw ProcessFailure("no free port")
    }
    return port
}

/// Whether somebody accepts connections there.
func accepts(_ address: SocketAddress) -> Bool {
    guard let (descriptor, inProgress) = try? Socket.connect(to: address) else { return false }
    defer { Socket.close(descriptor) }
    return !inProgress
}
