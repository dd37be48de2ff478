/// What a server allows its clients. Every default is DESIGN.md's; tests shorten them.
public struct HTTPLimits: Sendable {
    /// Bytes of a request line without its line end; more is 414, or 400 when it is no request line.
    public var requestLine = 8_192
    /// Bytes of all header fields with their line ends, trailers included; more is 431.
    public var headerBytes = 32_768
    /// Header fields, trailers included; more is 431.
    public var headerCount = 100
    /// Bytes of a decoded body; more is 413. A route may have its own limit.
    public var body = 3 << 20
    /// From a request's first byte to the end of its head; then 408.
    public var headTime = Duration.seconds(10)
    /// From the end of the head to the end of the body; then 408.
    public var bodyTime = Duration.seconds(30)
    /// Between requests, and before the first; then the connection is closed.
    public var idleTime = Duration.seconds(60)
    /// How long a client may take nothing of an answer that waits; then the connection is closed.
    public var writeTime = Duration.seconds(30)
    /// How long what a client still sends after the last answer is read and dropped, so that the answer reaches it:
    /// closing with unread bytes would reset the connection (RFC 9112 §9.6).
    public var lingerTime = Duration.seconds(2)
    /// Silence on a stream of events after which a comment keeps proxies from closing it.
    public var commentTime = Duration.seconds(15)
    /// Connections at once; the next one is answered 503 and closed.
    public var connections = 10_000
    /// Bytes of answers that may wait before no further pipelined request is started.
    public var waitingAnswers = 65_536
    /// Bytes of pipelined requests that may wait while one is handled; then the connection is not read.
    public var waitingRequests = 65_536
    /// Bytes of events that may wait; a client that is further behind is cut off.
    public var waitingEvents = 262_144

    public init() {}

    public static let standard = HTTPLimits()
}
