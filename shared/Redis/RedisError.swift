/// What went wrong with a command. Safe to log: it holds neither keys nor values.
public struct RedisError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: String, Sendable {
        /// The server refused the command; see `code`.
        case server
        /// There is no connection. Nothing was sent.
        case notConnected
        /// The connection ended before the answer came.
        case connectionLost
        case deadlineExceeded
        /// The caller's task was cancelled.
        case cancelled
        /// As many commands are on their way as may be. Nothing was sent.
        case tooManyInFlight
        /// The client has been stopped. Nothing was sent.
        case stopped
    }

    public var kind: Kind
    /// The first word of the server's error, such as `WRONGTYPE` or `OOM`; the rest may quote the command.
    public var code: String?
    public var message: String
    /// Whether the command may have taken effect all the same: it was sent, and its outcome was not heard.
    public var outcomeUnknown: Bool

    init(_ kind: Kind, _ message: String, code: String? = nil, outcomeUnknown: Bool = false) {
        self.kind = kind
        self.message = message
        self.code = code
        self.outcomeUnknown = outcomeUnknown
    }

    init(server text: String) {
        let word = text.prefix { $0.isASCII && ($0.isUppercase || $0.isNumber) }
        self.init(.server, "the server refused the command", code: word.isEmpty ? "ERR" : String(word.prefix(32)))
    }

    public var description: String {
        var text = "redis: \(message)"
        if let code { text += " (\(code))" }
        if outcomeUnknown { text += "; it may have taken effect" }
        return text
    }
}
