/// Requests that are refused, each with the status that says why (RFC 9110, RFC 9112).
enum RequestCorpus {
    struct Refused: Sendable, CustomStringConvertible {
        var status: Int
        var why: String
        var text: String
        var description: String { why }

        init(_ status: Int, _ why: String, _ text: String) {
            self.status = status
            self.why = why
            self.text = text
        }
    }

    static let refused: [Refused] = requestLines + fields + framings + chunks

    private static let requestLines = [
        Refused(400, "no version", "GET /\r\n\r\n"),
        Refused(400, "an empty line twice", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "two spaces before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "a tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "a space after the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
        Refused(400, "a space before the method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "a method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "a method of 33 letters", "\(String(repeating: "A", count: 33)) / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "TLS on the plain port", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}\n"),
        Refused(400, "a bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        Refused(400, "a CR in the request line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "a lower-case protocol", "GET / http/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "a version of two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
        Refused(400, "a version without a number", "GET / HTTP/x.1\r\nHost: a\r\n\r\n"),
        Refused(505, "HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        Refused(505, "HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Refused(505, "HTTP/0.9 in full", "GET / HTTP/0.9\r\nHost: a\r\n\r\n"),
        Refused(501, "CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "a relative target", "GET chat HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "the asterisk of another method", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "another scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "a URL without a host", "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "a URL with a user", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "a fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "a byte that must be encoded", "GET /é HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "a backslash", "GET /..\\..\\etc HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "half an escape", "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "an escape that is none", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "an encoded NUL", "GET /a%00.html HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "an encoded slash", "GET /a%2F..%2f..%2Fetc HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "an encoded backslash", "GET /a%5c..%5Cetc HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "an encoded line end", "GET /a%0d%0aX:1 HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "bytes that are not UTF-8", "GET /%c0%ae%c0%ae/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "a query that is not well encoded", "GET /?a=%f HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "a query that is not UTF-8", "GET /?a=%ff HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(
            414, "a target of 9,000 bytes", "GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(414, "a target without end", "GET /\(String(repeating: "a", count: 9_000))"),
        Refused(400, "a method without end", String(repeating: "A", count: 9_000)),
    ]

    private static let fields = [
        Refused(400, "no Host", "GET / HTTP/1.1\r\n\r\n"),
        Refused(400, "two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"),
        Refused(400, "two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n"),
        Refused(400, "an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        Refused(400, "a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        Refused(400, "a Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
        Refused(400, "a Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        Refused(400, "a Host whose port is no number", "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"),
        Refused(400, "a Host with half a literal", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
        Refused(400, "a bare LF after a field", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
        Refused(400, "a bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        Refused(400, "a CR in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"),
        Refused(400, "a NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n"),
        Refused(400, "a control character in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \u{1b}[2J\r\n\r\n"),
        Refused(400, "a folded field", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"),
        Refused(400, "a field folded by a tab", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n"),
        Refused(400, "a folded first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        Refused(400, "a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
        Refused(400, "a tab before the colon", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length\t: 5\r\n\r\nhello"),
        Refused(400, "a field without a name", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"),
        Refused(400, "a field without a colon", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"),
        Refused(400, "a name that is no token", "GET / HTTP/1.1\r\nHost: a\r\nX(: b\r\n\r\n"),
        Refused(400, "a name beyond ASCII", "GET / HTTP/1.1\r\nHost: a\r\nÑ: b\r\n\r\n"),
        Refused(
            431, "101 fields",
            "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: b\r\n", count: 100))\r\n"),
        Refused(
            431, "33 KiB of fields", "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "b", count: 33_000))\r\n\r\n"),
        Refused(431, "a field without end", "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "b", count: 33_000))"),
        Refused(417, "an unknown expectation", "GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n"),
    ]

    private static func post(_ fields: String, _ body: String = "") -> String {
        "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(body)"
    }

    private static let framings = [
        Refused(411, "POST without a length", "POST / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(411, "PUT without a length", "PUT / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused(400, "two lengths", post("Content-Length: 5\r\nContent-Length: 6", "hello!")),
        Refused(400, "the same length twice", post("Content-Length: 5\r\nContent-Length: 5", "hello")),
        Refused(400, "a list of lengths", post("Content-Length: 5, 5", "hello")),
        Refused(400, "a length with a sign", post("Content-Length: +5", "hello")),
        Refused(400, "a negative length", post("Content-Length: -1")),
        Refused(400, "a hexadecimal length", post("Content-Length: 0x5", "hello")),
        Refused(400, "a fraction of a length", post("Content-Length: 5.0", "hello")),
        Refused(400, "an empty length", post("Content-Length:")),
        Refused(400, "a length with a space in it", post("Content-Length: 1 0", "0123456789")),
        Refused(400, "a length with an Arabic digit", post("Content-Length: ٥", "hello")),
        Refused(413, "a length of 3.1 MB", post("Content-Length: 3250586")),
        Refused(413, "a length that no integer holds", post("Content-Length: 99999999999999999999999")),
        Refused(400, "a length and chunks", post("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        Refused(400, "chunks and a length", post("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n")),
        Refused(400, "chunked twice", post("Transfer-Encoding: chunked, chunked", "0\r\n\r\n")),
        Refused(
            400, "chunked on two lines", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        Refused(400, "an empty coding", post("Transfer-Encoding:", "0\r\n\r\n")),
        Refused(400, "an empty element", post("Transfer-Encoding: chunked,", "0\r\n\r\n")),
        Refused(501, "gzip", post("Transfer-Encoding: gzip, chunked")),
        Refused(501, "identity", post("Transfer-Encoding: identity")),
        Refused(501, "nearly chunked", post("Transfer-Encoding: xchunked", "0\r\n\r\n")),
        Refused(501, "chunked with a vertical tab's look", post("Transfer-Encoding: \"chunked\"", "0\r\n\r\n")),
        Refused(
            400, "chunks in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ]

    private static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked", body) }

    private static let chunks = [
        Refused(400, "no size", chunked("\r\nhello\r\n")),
        Refused(400, "a size that is no number", chunked("x\r\n")),
        Refused(400, "a size with a prefix", chunked("0x5\r\nhello\r\n0\r\n\r\n")),
        Refused(400, "a size with a sign", chunked("+5\r\nhello\r\n0\r\n\r\n")),
        Refused(400, "a size after a space", chunked(" 5\r\nhello\r\n0\r\n\r\n")),
        Refused(400, "a size before a space", chunked("5 \r\nhello\r\n0\r\n\r\n")),
        Refused(400, "a size of 17 digits", chunked("00000000000000005\r\nhello\r\n0\r\n\r\n")),
        Refused(400, "a size with a bare LF", chunked("5\nhello\r\n0\r\n\r\n")),
        Refused(400, "a chunk longer than its size", chunked("4\r\nhello\r\n0\r\n\r\n")),
        Refused(400, "a chunk that ends with a bare LF", chunked("5\r\nhello\n0\r\n\r\n")),
        Refused(400, "a control character in an extension", chunked("5;a=\u{0}\r\nhello\r\n0\r\n\r\n")),
        Refused(400, "a CR in an extension", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n")),
        Refused(
            400, "an extension of 5,000 bytes",
            chunked("5;\(String(repeating: "a", count: 5_000))\r\nhello\r\n0\r\n\r\n")),
        Refused(400, "an extension without end", chunked("5;\(String(repeating: "a", count: 5_000))")),
        Refused(
            400, "many extensions",
            chunked(String(repeating: "1;\(String(repeating: "a", count: 1_000))\r\nx\r\n", count: 5))),
        Refused(413, "a chunk of 4 MiB", chunked("400000\r\n")),
        Refused(413, "a chunk of nearly everything", chunked("7fffffffffffff\r\n")),
        Refused(400, "a folded trailer", chunked("0\r\nX: a\r\n b\r\n\r\n")),
        Refused(400, "a trailer without a colon", chunked("0\r\nX\r\n\r\n")),
        Refused(400, "a request for a trailer", chunked("0\r\nGET / HTTP/1.1\r\n\r\n")),
        Refused(400, "a bare LF after the trailer", chunked("0\r\nX: a\n\r\n")),
        Refused(431, "101 trailer fields", chunked("0\r\n\(String(repeating: "X: b\r\n", count: 101))\r\n")),
        Refused(431, "33 KiB of trailer", chunked("0\r\nX: \(String(repeating: "b", count: 33_000))")),
    ]
}
