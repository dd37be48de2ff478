/// One event of a stream as browsers read it (WHATWG HTML §9.2, server-sent events).
public struct ServerSentEvent: Sendable {
    /// What the browser sends back as `Last-Event-ID` when it comes again. A line end or NUL in it is left out.
    public var id: String?
    /// Its type, `message` when nil. A line end in it is left out.
    public var event: String?
    /// May have several lines.
    public var data: String
    /// How long the browser waits before it comes again.
    public var retry: Duration?

    public init(id: String? = nil, event: String? = nil, data: String, retry: Duration? = nil) {
        self.id = id
        self.event = event
        self.data = data
        self.retry = retry
    }

    /// Keeps a silent stream open.
    static let comment = Array(":\n\n".utf8)

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.utf8.count + 64)
        if let id { Self.append("id", id.utf8.filter { $0 != 0 && $0 != 13 && $0 != 10 }, to: &bytes) }
        if let event { Self.append("event", event.utf8.filter { $0 != 13 && $0 != 10 }, to: &bytes) }
        if let retry {
            let (seconds, attoseconds) = retry.components
            Self.append("retry", String(seconds * 1_000 + attoseconds / 1_000_000_000_000_000).utf8, to: &bytes)
        }
        var line: [UInt8] = []
        var previous: UInt8 = 0
        for byte in data.utf8 {
            // CR LF is one line end, CR alone another.
            if byte == 13 || byte == 10 && previous != 13 {
                Self.append("data", line, to: &bytes)
                line.removeAll(keepingCapacity: true)
            } else if byte != 10 {
                line.append(byte)
            }
            previous = byte
        }
        Self.append("data", line, to: &bytes)
        bytes.append(10)
        return bytes
    }

    private static func append(_ name: String, _ value: some Sequence<UInt8>, to bytes: inout [UInt8]) {
        bytes += name.utf8
        bytes.append(58)
        bytes.append(32)
        bytes += value
        bytes.append(10)
    }
}
