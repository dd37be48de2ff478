import Glibc

/// Where a socket listens or connects to: an IPv4 or IPv6 address with a port, or a path of the file system.
public enum SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// Four bytes, most significant first.
    case ipv4([UInt8], port: UInt16)
    /// Sixteen bytes, most significant first; `scope` is the interface of a link-local address.
    case ipv6([UInt8], port: UInt16, scope: UInt32)
    /// At most 107 bytes.
    case unix(path: String)

    /// Reads an address literal such as `127.0.0.1` or `::1`; names are for `Resolver`.
    public init(host: String, port: UInt16) throws(SocketError) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, host, &four) == 1 {
            self = .ipv4(withUnsafeBytes(of: &four) { Array($0) }, port: port)
        } else if inet_pton(AF_INET6, host, &six) == 1 {
            self = .ipv6(withUnsafeBytes(of: &six) { Array($0) }, port: port, scope: 0)
        } else {
            throw SocketError(operation: "address", address: host, code: EINVAL)
        }
    }

    public init(path: String) throws(SocketError) {
        guard (1...107).contains(path.utf8.count) else {
            throw SocketError(
                operation: "address (a socket's path has 1 to 107 bytes)", address: path, code: ENAMETOOLONG)
        }
        self = .unix(path: path)
    }

    /// Nil for a path.
    public var port: UInt16? {
        switch self {
        case .ipv4(_, let port), .ipv6(_, let port, _): port
        case .unix: nil
        }
    }

    /// The address without its port, as a literal; the path of a Unix socket.
    public var host: String {
        switch self {
        case .ipv4(let bytes, _): return Self.text(AF_INET, bytes)
        case .ipv6(let bytes, _, _): return Self.text(AF_INET6, bytes)
        case .unix(let path): return path
        }
    }

    public var description: String {
        switch self {
        case .ipv4(_, let port): "\(host):\(port)"
        case .ipv6(_, let port, _): "[\(host)]:\(port)"
        case .unix(let path): path
        }
    }

    private static func text(_ family: Int32, _ bytes: [UInt8]) -> String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return "?" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var family: Int32 {
        switch self {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    /// Gives `body` the address as the system wants it.
    func withSystemAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var storage = sockaddr_storage()
        let length: Int
        switch self {
        case .ipv4(let bytes, let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: bytes) }
            length = Self.store(address, in: &storage)
        case .ipv6(let bytes, let port, let scope):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_scope_id = scope
            withUnsafeMutableBytes(of: &address.sin6_addr) { $0.copyBytes(from: bytes) }
            length = Self.store(address, in: &storage)
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
            length = Self.store(address, in: &storage)
        }
        return withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
        }
    }

    private static func store<Address>(_ address: Address, in storage: inout sockaddr_storage) -> Int {
        withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: Address.self) }
        return MemoryLayout<Address>.size
    }

    /// Nil for a family other than the three.
    init?(_ storage: sockaddr_storage) {
        var storage = storage
        switch Int32(storage.ss_family) {
        case AF_INET:
            var address = withUnsafeBytes(of: &storage) { $0.load(as: sockaddr_in.self) }
            self = .ipv4(
                withUnsafeBytes(of: &address.sin_addr) { Array($0) }, port: UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            var address = withUnsafeBytes(of: &storage) { $0.load(as: sockaddr_in6.self) }
            self = .ipv6(
                withUnsafeBytes(of: &address.sin6_addr) { Array($0) }, port: UInt16(bigEndian: address.sin6_port),
                scope: address.sin6_scope_id)
        case AF_UNIX:
            let path = withUnsafeBytes(of: &storage) { bytes in
                String(decoding: bytes.dropFirst(2).prefix { $0 != 0 }, as: UTF8.self)
            }
            self = .unix(path: path)
        default:
            return nil
        }
    }
}

/// What the system refused a socket.
public struct SocketError: Error, Sendable, CustomStringConvertible {
    public var operation: String
    public var address: String
    /// errno.
    public var code: Int32

    public init(operation: String, address: String, code: Int32) {
        self.operation = operation
        self.address = address
        self.code = code
    }

    public var description: String { "\(operation) \(address): \(String(cString: strerror(code)))" }
}
