import Glibc

/// Finds the lines of a head in what has come so far, and goes on where it stopped when more has come.
struct HeadScanner {
    private var line: RequestLine?
    private var places: [HTTPHeaders.Field] = []
    /// Offsets from the head's first byte.
    private var fieldsStart = 0
    private var lineStart = 0
    private var searched = 0

    struct Head {
        var line: RequestLine
        var headers: HTTPHeaders
        /// Bytes of the head with its empty line.
        var length: Int
    }

    /// The head, or nil when its end has not come. What is refused depends on the bytes only, not on how they were cut
    /// into reads.
    mutating func scan(_ bytes: UnsafeRawBufferPointer, _ limits: HTTPLimits) throws(RequestRefusal) -> Head? {
        while let content = try nextLine(bytes, limits) {
            guard let line else {
                line = try RequestLine(content)
                fieldsStart = lineStart
                continue
            }
            if content.isEmpty {
                let block = Array(bytes[fieldsStart..<(lineStart - 2)])
                return Head(line: line, headers: HTTPHeaders(block: block, places: places), length: lineStart)
            }
            guard places.count < limits.headerCount else {
                throw RequestRefusal(431, "there are too many header fields")
            }
            places.append(try FieldLine.read(content, at: lineStart - 2 - content.count - fieldsStart))
        }
        return nil
    }

    /// The next line without its end, which must be CR LF: a bare LF or CR ends a line for some readers and not for
    /// others (RFC 9112 §2.2).
    private mutating func nextLine(
        _ bytes: UnsafeRawBufferPointer, _ limits: HTTPLimits
    ) throws(RequestRefusal) -> UnsafeRawBufferPointer? {
        guard let feed = Self.lineFeed(in: bytes, from: searched) else {
            // The CR of a line that fills its limit to the last byte may have come.
            try check(bytes[lineStart...], length: bytes.count - lineStart - 1, limits)
            searched = bytes.count
            return nil
        }
        try check(bytes[lineStart..<feed], length: feed - 1 - lineStart, limits)
        guard feed > lineStart, bytes[feed - 1] == 13 else { throw .malformed("a line ends without CR LF") }
        let content = UnsafeRawBufferPointer(rebasing: bytes[lineStart..<(feed - 1)])
        if content.contains(13) { throw .malformed("a line has a CR in it") }
        lineStart = feed + 1
        searched = lineStart
        return content
    }

    /// Refuses a line that has outgrown its limit; `length` is without the line's end.
    private func check(
        _ line: Slice<UnsafeRawBufferPointer>, length: Int, _ limits: HTTPLimits
    ) throws(RequestRefusal) {
        if self.line == nil {
            guard length > limits.requestLine else { return }
            throw RequestLine.refusal(ofTooLong: UnsafeRawBufferPointer(rebasing: line.prefix(limits.requestLine)))
        }
        // The empty line that ends the head is no field.
        guard length > 0, lineStart - fieldsStart + length + 2 > limits.headerBytes else { return }
        throw RequestRefusal(431, "the header fields are too large")
    }

    static func lineFeed(in bytes: UnsafeRawBufferPointer, from offset: Int) -> Int? {
        guard offset < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + offset, 10, bytes.count - offset)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
