/// One field or file of a form (RFC 7578).
public struct MultipartPart: Sendable {
    public var name: String
    public var filename: String?
    /// Its media type; without one it is text (RFC 7578 §4.4).
    public var contentType: String?
    public var bytes: [UInt8]

    public init(name: String, filename: String? = nil, contentType: String? = nil, bytes: [UInt8]) {
        self.name = name
        self.filename = filename
        self.contentType = contentType
        self.bytes = bytes
    }

    public init(name: String, text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }
}

/// Writes a form as `multipart/form-data`.
enum MultipartForm {
    /// 128 random bits: no file has it in it by chance.
    static func boundary() -> String {
        "form-\(String(UInt64.random(in: .min ... .max), radix: 36))\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }

    static func contentType(boundary: String) -> String {
        "multipart/form-data; boundary=\(boundary)"
    }

    static func encode(_ parts: [MultipartPart], boundary: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(128) { $0 + $1.bytes.count + 256 })
        for part in parts {
            bytes += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(escaped(part.name))\"".utf8
            if let filename = part.filename { bytes += "; filename=\"\(escaped(filename))\"".utf8 }
            if let type = part.contentType {
                bytes += "\r\nContent-Type: ".utf8
                bytes += type.utf8.filter { $0 != 13 && $0 != 10 }
            }
            bytes += "\r\n\r\n".utf8
            bytes += part.bytes
            bytes += "\r\n".utf8
        }
        bytes += "--\(boundary)--\r\n".utf8
        return bytes
    }

    /// As browsers do it (WHATWG HTML §4.10.21.8): a name can't end its quotes or its line.
    private static func escaped(_ name: String) -> String {
        name.replacing("\"", with: "%22").replacing("\r\n", with: "%0D%0A").replacing("\r", with: "%0D")
            .replacing("\n", with: "%0A")
    }
}
