/// What a request is for: path and query of its target (RFC 9112 §3.2).
struct RequestTarget {
    /// Decoded and without dot segments, so that it can't lead out of where it is mounted; `*` for the whole server.
    var path: String
    var query: HTTPQuery
    /// The authority of an absolute form, which replaces the Host field.
    var authority: String?

    init(_ target: some BidirectionalCollection<UInt8>, method: String) throws(RequestRefusal) {
        guard !target.isEmpty else { throw .malformed("the target is empty") }
        // Anything else would have to be encoded (RFC 3986 §2); `#` never goes to a server.
        guard target.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw .malformed("the target has a character that must be encoded")
        }
        let text = String(decoding: target, as: UTF8.self)
        if text == "*" {
            guard method == "OPTIONS" else { throw .malformed("the target * is for OPTIONS only") }
            (path, query, authority) = ("*", HTTPQuery(), nil)
            return
        }
        var rest = text[...]
        if text.utf8.first != UInt8(ascii: "/") {
            guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
                throw .malformed("the target is neither a path nor an http URL")
            }
            rest = rest.dropFirst(scheme.count)
            let authority = rest.prefix { $0 != "/" && $0 != "?" }
            guard HostField.isValid(authority) else { throw .malformed("the target's host is not valid") }
            rest = rest.dropFirst(authority.count)
            self.authority = String(authority)
        } else {
            authority = nil
        }
        let path = rest.utf8.prefix { $0 != UInt8(ascii: "?") }
        guard let query = HTTPQuery(rest.utf8.dropFirst(path.count + 1)) else {
            throw .malformed("the query is not well encoded")
        }
        self.query = query
        self.path = path.isEmpty ? "/" : try Self.normalised(path)
    }

    /// Decodes each segment, then resolves `.` and `..` (RFC 3986 §5.2.4), which stop at the root. A slash, backslash
    /// or NUL in encoded form is refused: some programs behind us would take it for what it hides.
    private static func normalised(_ path: Substring.UTF8View.SubSequence) throws(RequestRefusal) -> String {
        guard path.allSatisfy(ByteSet.path.contains) else {
            throw .malformed("the path has a character that must be encoded")
        }
        if !path.contains(UInt8(ascii: "%")), !path.hasDotSegment { return String(Substring(path)) }
        var segments: [String] = []
        var endsWithSlash = false
        for encoded in path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let decoded = PercentEncoding.decode(encoded),
                let segment = String(validating: decoded, as: UTF8.self),
                !decoded.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0x2F || $0 == 0x5C })
            else { throw .malformed("the path is not well encoded") }
            endsWithSlash = segment == "." || segment == ".."
            switch segment {
            case ".": continue
            case "..": _ = segments.popLast()
            default: segments.append(segment)
            }
        }
        return "/" + segments.joined(separator: "/") + (endsWithSlash && !segments.isEmpty ? "/" : "")
    }
}

extension Collection<UInt8> {
    /// Whether `/.` occurs, as it does before every dot segment.
    fileprivate var hasDotSegment: Bool {
        var previous: UInt8 = 0
        for byte in self {
            if byte == UInt8(ascii: "."), previous == UInt8(ascii: "/") { return true }
            previous = byte
        }
        return false
    }
}

/// The Host field (RFC 9110 §7.2): a name or an address, and a port.
enum HostField {
    static func isValid(_ text: some StringProtocol) -> Bool {
        var rest = text.utf8[...]
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let literal = rest[rest.index(after: rest.startIndex)..<end]
            guard !literal.isEmpty,
                literal.allSatisfy({ $0.hexDigitValue != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { return false }
            rest = rest[rest.index(after: end)...]
        } else {
            let name = rest.prefix { $0 != UInt8(ascii: ":") }
            guard !name.isEmpty, name.allSatisfy(ByteSet.registeredName.contains) else { return false }
            rest = rest[name.endIndex...]
        }
        guard let colon = rest.popFirst() else { return true }
        return colon == UInt8(ascii: ":") && rest.count <= 5 && rest.allSatisfy { $0 >= 48 && $0 <= 57 }
    }
}
