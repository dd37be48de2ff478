import Loop

/// Takes a chunked body apart (RFC 9112 §7.1). Extensions and trailers are checked and dropped: none means anything to
/// us.
struct ChunkedDecoder {
    private enum State {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailer
        case done
    }

    private var state = State.size
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerCount = 0
    private(set) var body: [UInt8] = []

    /// Bytes of all extensions of a body: without a limit, chunks of one byte could carry any amount.
    private static let extensionLimit = 4_096
    /// Hexadecimal digits of a chunk's size.
    private static let sizeDigits = 15

    /// Takes what it can from the buffer; true when the body is complete, false when more must come.
    mutating func decode(
        _ buffer: inout ByteBuffer, bodyLimit: Int, _ limits: HTTPLimits
    ) throws(RequestRefusal) -> Bool {
        while true {
            switch state {
            case .size:
                guard let line = try Self.takeLine(&buffer, limit: Self.sizeDigits + Self.extensionLimit, status: 400)
                else { return false }
                try beginChunk(line, bodyLimit: bodyLimit)
            case .data(let remaining):
                guard !buffer.isEmpty else { return false }
                let count = min(remaining, buffer.count)
                buffer.withUnsafeReadableBytes { body.append(contentsOf: $0.prefix(count)) }
                buffer.consume(count)
                state = count == remaining ? .dataEnd : .data(remaining: remaining - count)
            case .dataEnd:
                guard buffer.count >= 2 else {
                    if !buffer.isEmpty, buffer[0] != 13 { throw Self.badEnd }
                    return false
                }
                guard buffer[0] == 13, buffer[1] == 10 else { throw Self.badEnd }
                buffer.consume(2)
                state = .size
            case .trailer:
                let room = limits.headerBytes - trailerBytes
                guard let line = try Self.takeLine(&buffer, limit: max(0, room - 2), status: 431) else { return false }
                guard !line.isEmpty else {
                    state = .done
                    continue
                }
                trailerBytes += line.count + 2
                trailerCount += 1
                guard trailerCount <= limits.headerCount else {
                    throw RequestRefusal(431, "there are too many trailer fields")
                }
                try Self.check(trailer: line)
            case .done:
                return true
            }
        }
    }

    private static let badEnd = RequestRefusal.malformed("a chunk is longer than its size says")

    private mutating func beginChunk(_ line: [UInt8], bodyLimit: Int) throws(RequestRefusal) {
        let digits = line.prefix { $0.hexDigitValue != nil }
        guard (1...Self.sizeDigits).contains(digits.count) else { throw .malformed("a chunk has no valid size") }
        let rest = line.dropFirst(digits.count)
        // Blanks before the semicolon are allowed to be refused, and are (RFC 9112 §7.1.1).
        guard rest.isEmpty || rest.first == UInt8(ascii: ";") else { throw .malformed("a chunk has no valid size") }
        guard rest.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 9 }) else {
            throw .malformed("a chunk's extension has a control character")
        }
        extensionBytes += rest.count
        guard extensionBytes <= Self.extensionLimit else { throw .malformed("the chunks' extensions are too long") }
        let size = digits.reduce(0) { $0 << 4 | Int($1.hexDigitValue ?? 0) }
        guard size <= bodyLimit - body.count else { throw RequestRefusal(413, "the body is too large") }
        state = size == 0 ? .trailer : .data(remaining: size)
    }

    private static func check(trailer line: [UInt8]) throws(RequestRefusal) {
        let result = line.withUnsafeBytes { bytes in
            Result { () throws(RequestRefusal) in try FieldLine.read(bytes, at: 0) }
        }
        _ = try result.get()
    }

    /// The next line without its CR LF; nil when its end has not come.
    private static func takeLine(
        _ buffer: inout ByteBuffer, limit: Int, status: Int
    ) throws(RequestRefusal) -> [UInt8]? {
        let feed = buffer.withUnsafeReadableBytes { HeadScanner.lineFeed(in: $0, from: 0) }
        guard (feed ?? buffer.count) - 1 <= limit else {
            throw RequestRefusal(status, "a line of the body is too long")
        }
        guard let feed else { return nil }
        guard feed > 0, buffer[feed - 1] == 13 else { throw .malformed("a line ends without CR LF") }
        var line = buffer.read(feed + 1)
        line.removeLast(2)
        if line.contains(13) { throw .malformed("a line has a CR in it") }
        return line
    }
}
