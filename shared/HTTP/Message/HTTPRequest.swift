internal import JSON
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

    /// The body as JSON of this type.
    ///
    /// - Throws: `HTTPError` 415 when it is not said to be JSON (a page of another site can't say that without asking
    ///   first), 400 when it isn't, or does not fit the type.
    public func decode<Value: Decodable>(_ type: Value.Type) throws(HTTPError) -> Value {
        let mediaType = headers.first("Content-Type")?.prefix { $0 != ";" }.trimmingBlanks().lowercased()
        guard mediaType == "application/json" else {
            throw HTTPError(415, "unsupported_media_type", "the body must be application/json")
        }
        do {
            return try JSONCoder.decode(type, from: body)
        } catch let error as JSONError {
            throw HTTPError(400, "invalid_json", "\(error)")
        } catch let error as DecodingError {
            throw HTTPError(400, "invalid_argument", Self.description(of: error))
        } catch {
            throw HTTPError(400, "invalid_argument", "the body does not fit")
        }
    }

    private static func description(of error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty
                ? "the body" : path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context): "\(place(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(place(context.codingPath)) has a value that does not fit"
        @unknown default: "the body does not fit"
        }
    }
}
