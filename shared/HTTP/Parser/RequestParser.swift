import Loop

/// What a parser found next.
enum RequestEvent {
    /// The owner may set the body's limit before it asks for the next event.
    case head(RequestHead)
    /// The client waits to be told to send its body.
    case continueExpected
    /// The request is complete; the next event is of the next request.
    case body([UInt8])
    /// The last event: nothing after it is looked at.
    case refused(RequestRefusal)
}

/// Bytes in, requests out: HTTP/1.1 (RFC 9112), strictly. A value that knows no socket and no clock.
struct RequestParser {
    private enum State {
        case head(HeadScanner)
        /// The head has been given; the body's limit is being set.
        case framing(RequestHead)
        case length(Int)
        case chunked(ChunkedDecoder)
        case refused
    }

    private let limits: HTTPLimits
    private var state = State.head(HeadScanner())
    private var buffer = ByteBuffer()
    private var hasSkippedEmptyLine = false
    private var bodyLimit: Int

    init(limits: HTTPLimits) {
        self.limits = limits
        bodyLimit = limits.body
    }

    /// Bytes that have come and are not parsed.
    var waitingCount: Int { buffer.count }

    /// Whether nothing of a next request has come.
    var isBetweenRequests: Bool {
        if case .head = state { buffer.isEmpty } else { false }
    }

    /// Sets what the body of the request whose head was given last may have at most, in bytes.
    mutating func limitBody(to limit: Int) {
        bodyLimit = limit
    }

    mutating func receive(_ bytes: some Collection<UInt8>) {
        if case .refused = state { return }
        buffer.append(bytes)
    }

    /// The next event, or nil when more must come first.
    mutating func next() -> RequestEvent? {
        do throws(RequestRefusal) {
            return try advance()
        } catch {
            state = .refused
            buffer = ByteBuffer()
            return .refused(error)
        }
    }

    private mutating func advance() throws(RequestRefusal) -> RequestEvent? {
        switch state {
        case .head(var scanner):
            skipEmptyLine()
            // Half an empty line may be the beginning of one to skip.
            guard buffer.count > 1 || !buffer.isEmpty && buffer[0] != 13 else { return nil }
            let limits = limits
            // Taken out of the state, so that what it has found is not copied at each read.
            state = .refused
            let result = buffer.withUnsafeReadableBytes { bytes in
                Result { () throws(RequestRefusal) in try scanner.scan(bytes, limits) }
            }
            guard let found = try result.get() else {
                state = .head(scanner)
                return nil
            }
            buffer.consume(found.length)
            let head = try RequestHead(found.line, found.headers)
            bodyLimit = limits.body
            state = .framing(head)
            return .head(head)
        case .framing(let head):
            switch head.framing {
            case .length(let length):
                guard length <= bodyLimit else { throw RequestRefusal(413, "the body is too large") }
                state = .length(length)
            case .chunked:
                state = .chunked(ChunkedDecoder())
            }
            // A client that did not wait needs no answer to its expectation (RFC 9110 §10.1.1).
            return head.expectsContinue && buffer.isEmpty ? .continueExpected : try advance()
        case .length(let length):
            guard buffer.count >= length else { return nil }
            return complete(length == 0 ? [] : buffer.read(length))
        case .chunked(var decoder):
            // Taken out of the state, so that its body is not copied at each read.
            state = .refused
            guard try decoder.decode(&buffer, bodyLimit: bodyLimit, limits) else {
                state = .chunked(decoder)
                return nil
            }
            return complete(decoder.body)
        case .refused:
            return nil
        }
    }

    private mutating func complete(_ body: [UInt8]) -> RequestEvent {
        state = .head(HeadScanner())
        hasSkippedEmptyLine = false
        skipEmptyLine()
        return .body(body)
    }

    /// One empty line before a request line is forgiven (RFC 9112 §2.2).
    private mutating func skipEmptyLine() {
        guard !hasSkippedEmptyLine, buffer.count >= 2, buffer[0] == 13, buffer[1] == 10 else { return }
        buffer.consume(2)
        hasSkippedEmptyLine = true
    }
}
