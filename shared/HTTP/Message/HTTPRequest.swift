public import Loop

/// A request, whole: its body has been read.
public struct HTTPRequest: Sendable {
    /// As it came: methods are case-sensitive (RFC 9110 §9.1).
    public var method: String
    /// Decoded, without `.` and `..`, beginning with `/`; `*` for `OPTIONS *`.
    public var path: String
    public var query: HTTPQuery
    public var headers: HTTPHeaders
    /// Decoded from its chunks; empty when there is none.
    public var body: [UInt8]
    /// The other end of the connection, which may be a proxy.
    public var remoteAddress: SocketAddress?
    /// What stood in the places of the route's `{names}`.
    public var parameters: [String: String]

    public init(
        method: String, path: String, query: HTTPQuery = HTTPQuery(), headers: HTTPHeaders = [:], body: [UInt8] = [],
        remoteAddress: SocketAddress? = nil, parameters: [String: String] = [:]
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.remoteAddress = remoteAddress
        self.parameters = parameters
    }

    /// The cookies by name (RFC 6265 §5.4); of two with one name the first, which has the longer path.
    public var cookies: [String: String] {
        var cookies: [String: String] = [:]
        for line in headers.all("Cookie") {
            for pair in line.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let name = String(parts[0].trimmingBlanks())
                guard parts.count == 2, cookies[name] == nil else { continue }
                cookies[name] = String(parts[1].trimmingBlanks())
            }
        }
        return cookies
    }
}
