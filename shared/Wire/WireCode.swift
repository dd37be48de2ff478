/// What became of a request that got no answer of its own type. A closed set (DESIGN.md §3).
public enum WireCode: String, Sendable, CaseIterable {
    /// The request itself is wrong; the same one will never succeed.
    case invalidArgument = "invalid_argument"
    case notFound = "not_found"
    /// The state of things does not allow it: sold out, expired, changed by somebody else.
    case conflict
    /// The peer did not prove who it is.
    case unauthenticated
    /// The peer may not call this operation.
    case permissionDenied = "permission_denied"
    /// More than a limit allows; later there may be room.
    case resourceExhausted = "resource_exhausted"
    /// The service, or what it needs, is away.
    case unavailable
    /// Time was over. Whether it was done is not known.
    case deadlineExceeded = "deadline_exceeded"
    /// The caller withdrew it. Whether it was done is not known.
    case cancelled
    /// The peer knows no such operation.
    case unimplemented
    /// A fault in the peer.
    case `internal`

    /// Whether a request that ended so may succeed when it is sent again, when nothing else is said.
    var isRetryableByDefault: Bool {
        switch self {
        case .unavailable, .resourceExhausted: true
        case .invalidArgument, .notFound, .conflict, .unauthenticated, .permissionDenied, .deadlineExceeded,
            .cancelled, .unimplemented, .internal:
            false
        }
    }
}

/// A code, and words for people. A handler throws it to have it sent as it is.
public struct WireError: Error, Sendable, Hashable, CustomStringConvertible {
    public var code: WireCode
    /// For the logs of the caller: it crosses services, so it holds no guest's data. At most 1,024 bytes of it are sent.
    public var message: String
    /// Whether the same request may succeed when it is sent again.
    public var retryable: Bool
    /// How long to wait before that.
    public var retryAfter: Duration?

    /// - Parameter retryable: nil takes what the code stands for: `unavailable` and `resource_exhausted` are, no other is.
    public init(_ code: WireCode, _ message: String, retryable: Bool? = nil, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryable = retryable ?? code.isRetryableByDefault
        self.retryAfter = retryAfter
    }

    public var description: String { "\(code.rawValue): \(message)" }
}
