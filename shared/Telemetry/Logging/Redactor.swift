/// Takes out of a text what must not be written down: registered secrets, e-mail addresses, and numbers of seven digits or more (telephones,
/// payment cards), however they are grouped. Dates, private IPv4 addresses, UUIDs and long hexadecimal identifiers
/// stay.
struct Redactor: Sendable {
    /// Longest first, so that a secret that holds another is taken whole.
    private let secrets: [[UInt8]]

    /// Shorter ones would take half of every text away, and protect nothing.
    static let minimumSecretBytes = 4

    init(secrets: [String]) {
        var forms = Set<[UInt8]>()
        for secret in secrets where secret.utf8.count >= Self.minimumSecretBytes {
            forms.insert(Array(secret.utf8))
            // As it stands in a URL.
            forms.insert(Self.percentEncoded(secret))
        }
        self.secrets = forms.sorted { $0.count > $1.count }
    }

    /// The text without all that, and cut at a limit of bytes.
    func redact(_ text: String, limit: Int) -> String {
        var text = text
        if text.withUTF8({ $0.count <= limit && isHarmless($0) }) { return text }
        var bytes = Array(text.utf8)
        for secret in secrets { replace(secret, in: &bytes) }
        var scan = RedactionScan(bytes)
        bytes = scan.run()
        guard bytes.count > limit else { return String(decoding: bytes, as: UTF8.self) }
        var end = limit
        // Not in the middle of a character.
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[..<end], as: UTF8.self) + "…"
    }

    /// Whether there is neither a secret nor an at sign nor as many digits as a number needs, as in most texts.
    private func isHarmless(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var digits = 0
        for byte in bytes {
            // Beyond ASCII there are digits, too.
            if byte == UInt8(ascii: "@") || byte >= 0x80 { return false }
            if byte &- UInt8(ascii: "0") < 10 { digits += 1 }
        }
        return digits < RedactionScan.minimumDigits && !secrets.contains { Self.find($0, in: bytes, from: 0) != nil }
    }

    private func replace(_ secret: [UInt8], in bytes: inout [UInt8]) {
        var from = 0
        while let at = bytes.withUnsafeBufferPointer({ Self.find(secret, in: $0, from: from) }) {
            bytes.replaceSubrange(at..<at + secret.count, with: RedactionScan.secretMark)
            from = at + RedactionScan.secretMark.count
        }
    }

    private static func find(_ needle: [UInt8], in bytes: UnsafeBufferPointer<UInt8>, from: Int) -> Int? {
        var start = from
        while start + needle.count <= bytes.count {
            if bytes[start] == needle[0], bytes[start..<start + needle.count].elementsEqual(needle) { return start }
            start += 1
        }
        return nil
    }

    /// RFC 3986 §2.1, all but unreserved characters.
    private static func percentEncoded(_ text: String) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return text.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                [byte]
            default: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }
}
