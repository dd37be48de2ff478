/// A request's head, understood.
struct RequestHead: Sendable {
    /// How the body ends (RFC 9112 §6).
    enum Framing: Equatable, Sendable {
        case length(Int)
        case chunked
    }

    var method: String
    var path: String
    var query: HTTPQuery
    var headers: HTTPHeaders
    var framing: Framing
    /// Whether the client wishes the connection to go on.
    var keepsAlive: Bool
    /// Whether the client waits for 100 before it sends the body.
    var expectsContinue: Bool
    /// Such a client knows neither chunks nor 100.
    var isHTTP10: Bool

    init(_ line: RequestLine, _ headers: HTTPHeaders) throws(RequestRefusal) {
        method = line.method
        path = line.target.path
        query = line.target.query
        self.headers = headers
        isHTTP10 = line.minorVersion == 0
        try Self.checkHost(headers, authority: line.target.authority, isHTTP10: isHTTP10)
        framing = try Self.framing(headers, method: method, isHTTP10: isHTTP10)
        let connection = headers.list("Connection").map { $0.lowercased() }
        keepsAlive = isHTTP10 ? connection.contains("keep-alive") : true
        if connection.contains("close") { keepsAlive = false }
        expectsContinue = false
        if !isHTTP10, let expectation = headers.first("Expect") {
            guard expectation.lowercased() == "100-continue" else {
                throw RequestRefusal(417, "the only expectation is 100-continue")
            }
            expectsContinue = framing != .length(0)
        }
        if let authority = line.target.authority { self.headers.set("Host", authority) }
    }

    private static func checkHost(
        _ headers: HTTPHeaders, authority: String?, isHTTP10: Bool
    ) throws(RequestRefusal) {
        let hosts = headers.all("Host")
        guard hosts.count <= 1 else { throw .malformed("there is more than one Host") }
        guard let host = hosts.first else {
            guard isHTTP10 else { throw .malformed("Host is missing") }
            return
        }
        guard HostField.isValid(host) else { throw .malformed("Host is not valid") }
    }

    /// Refuses whatever two readers could understand in two ways: that is how requests are smuggled (RFC 9112 §11.2).
    private static func framing(
        _ headers: HTTPHeaders, method: String, isHTTP10: Bool
    ) throws(RequestRefusal) -> Framing {
        let lengths = headers.all("Content-Length")
        if headers.contains("Transfer-Encoding") {
            guard lengths.isEmpty else { throw .malformed("Content-Length stands beside Transfer-Encoding") }
            guard !isHTTP10 else { throw .malformed("HTTP/1.0 has no Transfer-Encoding") }
            let codings = headers.list("Transfer-Encoding").map { $0.lowercased() }
            guard !codings.contains("") else { throw .malformed("Transfer-Encoding is not valid") }
            guard codings.allSatisfy({ $0 == "chunked" }) else {
                throw RequestRefusal(501, "the only transfer coding is chunked")
            }
            guard codings.count == 1 else { throw .malformed("the body is chunked more than once") }
            return .chunked
        }
        guard lengths.count <= 1 else { throw .malformed("there is more than one Content-Length") }
        guard let text = lengths.first else {
            if ["POST", "PUT", "PATCH"].contains(method) {
                throw RequestRefusal(411, "Content-Length or Transfer-Encoding is missing")
            }
            return .length(0)
        }
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else {
            throw .malformed("Content-Length is not a number")
        }
        // Digits that no Int holds are more than any limit.
        return .length(Int(text) ?? .max)
    }
}
