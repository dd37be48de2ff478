import CLinux
import Glibc

/// What became of a read or a write that does not wait.
public enum IOResult: Sendable, Equatable {
    /// At least one.
    case bytes(Int)
    /// Nothing now: wait for readiness.
    case wouldBlock
    /// The peer sends no more.
    case closed
    /// errno.
    case failed(Int32)
}

/// Sockets that never block and are not inherited by children. The caller owns the descriptors.
public enum Socket {
    /// Listens for connections. `reusePort`: several processes may listen on one port.
    public static func listen(
        on address: SocketAddress, backlog: Int32 = 1_024, reusePort: Bool = false
    ) throws(SocketError) -> Int32 {
        let descriptor = try open(address)
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        if address.family != AF_UNIX { setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size) }
        if reusePort { setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, size) }
        let isBound = address.withSystemAddress { bind(descriptor, $0, $1) == 0 }
        guard isBound, Glibc.listen(descriptor, backlog) == 0 else {
            throw failure("listen on", address, closing: descriptor)
        }
        return descriptor
    }

    /// Begins to connect; when it is in progress, the descriptor becomes writable and `pendingError` tells the outcome.
    public static func connect(to address: SocketAddress) throws(SocketError) -> (descriptor: Int32, inProgress: Bool) {
        let descriptor = try open(address)
        setNoDelay(descriptor)
        while true {
            if address.withSystemAddress({ Glibc.connect(descriptor, $0, $1) }) == 0 { return (descriptor, false) }
            switch errno {
            case EINTR: continue
            case EINPROGRESS: return (descriptor, true)
            default: throw failure("connect to", address, closing: descriptor)
            }
        }
    }

    /// The next waiting connection; nil when there is none. Throws when the process has no descriptors left (EMFILE, ENFILE).
    public static func accept(_ listener: Int32) throws(SocketError) -> (descriptor: Int32, address: SocketAddress?)? {
        while true {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let descriptor = withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.accept(listener, $0, &length) }
            }
            if descriptor >= 0 {
                // accept(2) and two calls, because accept4 needs _GNU_SOURCE, which CLinux must not define.
                _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                setNoDelay(descriptor)
                return (descriptor, SocketAddress(storage))
            }
            switch errno {
            case EINTR, ECONNABORTED, EPROTO: continue
            case EAGAIN: return nil
            default: throw SocketError(operation: "accept on", address: "\(listener)", code: errno)
            }
        }
    }

    /// The address that a socket is bound to: tells the port that the system chose for port 0.
    public static func localAddress(of descriptor: Int32) throws(SocketError) -> SocketAddress {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0, let address = SocketAddress(storage) else {
            throw SocketError(operation: "getsockname of", address: "\(descriptor)", code: errno)
        }
        return address
    }

    /// The outcome of a connect in progress: 0 is success, else an errno.
    public static func pendingError(of descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }

    /// Small frames go out at once. Has no effect on Unix sockets.
    public static func setNoDelay(_ descriptor: Int32) {
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    public static func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> IOResult {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .closed }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: return .failed(errno)
            }
        }
    }

    public static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> IOResult {
        while true {
            let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .bytes(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case EPIPE, ECONNRESET: return .closed
            default: return .failed(errno)
            }
        }
    }

    public static func close(_ descriptor: Int32) {
        Glibc.close(descriptor)
    }

    private static func open(_ address: SocketAddress) throws(SocketError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, type, 0)
        guard descriptor >= 0 else {
            throw SocketError(operation: "socket for", address: address.description, code: errno)
        }
        return descriptor
    }

    private static func failure(_ operation: String, _ address: SocketAddress, closing descriptor: Int32) -> SocketError
    {
        let error = SocketError(operation: operation, address: address.description, code: errno)
        Glibc.close(descriptor)
        return error
    }
}
