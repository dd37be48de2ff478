import Glibc

/// What kept a name from being resolved.
public struct ResolveError: Error, Sendable, CustomStringConvertible {
    public var host: String
    public var problem: String
    public var description: String { "resolve \(host): \(problem)" }
}

/// Looks names up as the system does (getaddrinfo: hosts file, DNS), on a thread of its own.
public struct Resolver: Sendable {
    private let executor = BlockingExecutor(name: "resolver")

    public init() {}

    /// Every stream address of a host, without repeats, in the system's order. A literal address needs no look-up.
    ///
    /// getaddrinfo can't be withdrawn: its own limits (resolv.conf) are the deadline of the thread; callers bound their own waiting.
    public func addresses(host: String, port: UInt16) async throws(ResolveError) -> [SocketAddress] {
        if let literal = try? SocketAddress(host: host, port: port) { return [literal] }
        do {
            return try await executor.run { try Self.lookUp(host, port) }
        } catch let error as ResolveError {
            throw error
        } catch {
            throw ResolveError(host: host, problem: "\(error)")
        }
    }

    private static func lookUp(_ host: String, _ port: UInt16) throws -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, String(port), &hints, &list)
        guard result == 0 else { throw ResolveError(host: host, problem: String(cString: gai_strerror(result))) }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var entry = list
        while let info = entry?.pointee {
            var storage = sockaddr_storage()
            if let source = info.ai_addr, Int(info.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size {
                withUnsafeMutableBytes(of: &storage) {
                    $0.copyMemory(from: UnsafeRawBufferPointer(start: source, count: Int(info.ai_addrlen)))
                }
                if let address = SocketAddress(storage), !found.contains(address) { found.append(address) }
            }
            entry = info.ai_next
        }
        return found
    }
}
