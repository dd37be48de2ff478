/// `GET /path?query HTTP/1.1` (RFC 9112 §3).
struct RequestLine {
    var method: String
    var target: RequestTarget
    /// Of HTTP/1.1: 0 or 1; a higher one is treated as 1 (RFC 9110 §2.5).
    var minorVersion: Int

    /// Longer than any method that is registered.
    private static let longestMethod = 32

    /// Reads a line without its end. Exactly one space stands between its three parts: a lenient reader could see
    /// another target than we do.
    init(_ line: UnsafeRawBufferPointer) throws(RequestRefusal) {
        let parts = line.split(separator: 32, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, Self.isMethod(parts[0]) else { throw .malformed("this is no request line") }
        method = String(decoding: parts[0], as: UTF8.self)
        minorVersion = try Self.minorVersion(parts[2])
        // Its target is no path, and a proxy is what we are not.
        guard method != "CONNECT" else { throw RequestRefusal(501, "CONNECT is not implemented") }
        target = try RequestTarget(parts[1], method: method)
    }

    /// What is wrong with a line that is longer than the limit, told by its beginning.
    static func refusal(ofTooLong line: UnsafeRawBufferPointer) -> RequestRefusal {
        let method = line.prefix { $0 != 32 }
        return isMethod(method) && method.count < line.count
            ? RequestRefusal(414, "the target is too long") : .malformed("this is no request line")
    }

    private static func isMethod(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
        (1...longestMethod).contains(bytes.count) && bytes.allSatisfy(ByteSet.token.contains)
    }

    private static func minorVersion(_ bytes: Slice<UnsafeRawBufferPointer>) throws(RequestRefusal) -> Int {
        let version = Array(bytes)
        guard version.count == 8, version.starts(with: "HTTP/".utf8), version[6] == UInt8(ascii: "."),
            (48...57).contains(version[5]), (48...57).contains(version[7])
        else { throw .malformed("this is no HTTP version") }
        guard version[5] == UInt8(ascii: "1") else { throw RequestRefusal(505, "the versions are 1.0 and 1.1") }
        return min(1, Int(version[7] - 48))
    }
}
