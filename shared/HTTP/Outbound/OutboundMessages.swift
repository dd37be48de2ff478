/// A request that goes out.
public struct OutboundRequest: Sendable {
    /// What it carries.
    public enum Body: Sendable {
        case none
        /// Its type is the header Content-Type.
        case bytes([UInt8])
        /// `multipart/form-data`.
        case multipart([MultipartPart])
    }

    public var method: String
    /// `http` or `https`, without user and password.
    public var url: String
    /// The length, the connection's fields and the trace context are written by `Outbound`.
    public var headers: HTTPHeaders
    public var body: Body
    /// Bytes that the answer's body may have; a longer one is an error.
    public var responseLimit: Int
    /// When set, any other host is refused: for URLs that come from outside.
    public var allowedHosts: Set<String>?

    public init(
        _ method: String, _ url: String, headers: HTTPHeaders = [:], body: Body = .none, responseLimit: Int = 1 << 20,
        allowedHosts: Set<String>? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.responseLimit = responseLimit
        self.allowedHosts = allowedHosts
    }
}

/// What came back; any status is an answer.
public struct OutboundResponse: Sendable {
    public var status: Int
    public var headers: HTTPHeaders
    public var body: [UInt8]

    public init(status: Int, headers: HTTPHeaders, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Why there is no answer. Its text names no URL and quotes nothing.
public struct OutboundError: Error, Sendable, CustomStringConvertible {
    public enum Phase: String, Sendable {
        /// The request itself can't be sent: its URL or method.
        case invalid
        /// Its host is not one of those that it may go to.
        case hostNotAllowed
        /// Too many requests are under way.
        case overloaded
        case resolve
        case connect
        case tls
        case send
        /// The connection was lost, or what came is no HTTP, before the answer was complete.
        case receive
        case timeout
        /// The answer has more bytes than the request allows.
        case tooLarge
        case cancelled
        /// `Outbound` has been closed.
        case closed
    }

    public var phase: Phase
    /// Whether the peer may have got the whole request, and so may have acted on it. False is certain.
    public var wasSent: Bool
    /// The status of the answer, when its head had come.
    public var status: Int?
    /// libcurl's or our own words.
    public var problem: String

    public init(_ phase: Phase, wasSent: Bool = false, status: Int? = nil, _ problem: String) {
        self.phase = phase
        self.wasSent = wasSent
        self.status = status
        self.problem = problem
    }

    public var description: String {
        "\(phase.rawValue): \(problem) (\(wasSent ? "the request may have arrived" : "the request was not sent"))"
    }
}
