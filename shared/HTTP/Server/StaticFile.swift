/// A file that was built in: a page, a script, a picture. Browsers keep it and ask only whether it has changed (RFC
/// 9110 §13.1.2).
public struct StaticFile: Sendable {
    public let bytes: [UInt8]
    public let contentType: String
    /// A strong validator: made of the bytes, so that it is the same on every replica of a build.
    public let entityTag: String
    public let cacheControl: String

    /// `cacheControl`: the default lets a browser keep the file and makes it ask each time; a name with a version in it
    /// can be kept for good.
    public init(_ bytes: [UInt8], contentType: String, cacheControl: String = "no-cache") {
        self.bytes = bytes
        self.contentType = contentType
        self.cacheControl = cacheControl
        // FNV-1a, 64 bits: files are told apart, not defended against people who write them.
        let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        entityTag = "\"\(String(hash, radix: 36))-\(String(bytes.count, radix: 36))\""
    }

    /// The file, the part of it that is asked for, or 304 when the client has it.
    public func response(to request: HTTPRequest) -> HTTPResponse {
        let headers: HTTPHeaders = ["ETag": entityTag, "Cache-Control": cacheControl, "Accept-Ranges": "bytes"]
        let known = request.headers.list("If-None-Match").map { $0.hasPrefix("W/") ? $0.dropFirst(2) : $0 }
        if known.contains(where: { $0 == entityTag || $0 == "*" }) { return HTTPResponse(304, headers: headers) }
        var response = HTTPResponse(200, headers: headers, body: .bytes(bytes))
        response.headers.add("Content-Type", contentType)
        // Parts of a file that has changed meanwhile don't fit together (RFC 9110 §13.1.5).
        let isSame = request.headers.first("If-Range").map { $0 == entityTag } ?? true
        switch ByteRange(isSame && request.method == "GET" ? request.headers.first("Range") : nil, length: bytes.count)
        {
        case .whole: break
        case .part(let part):
            response.status = 206
            response.body = .bytes(Array(bytes[part]))
            response.headers.add("Content-Range", "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(bytes.count)")
        case .unsatisfiable:
            return .problem(
                416, "range_not_satisfiable", "the file has \(bytes.count) bytes",
                headers: ["Content-Range": "bytes */\(bytes.count)"])
        }
        return response
    }

    /// The media type of a file's name, by its ending; `application/octet-stream` for one that is not of the web.
    public static func contentType(ofName name: String) -> String {
        switch name.split(separator: ".").last.map({ $0.lowercased() }) {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "json": "application/json"
        case "webmanifest": "application/manifest+json"
        case "txt": "text/plain; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        case "webp": "image/webp"
        case "ico": "image/vnd.microsoft.icon"
        case "woff2": "font/woff2"
        case "ogg", "opus": "audio/ogg"
        default: "application/octet-stream"
        }
    }
}

extension HTTPRouter {
    /// Answers GET (and HEAD) of a path with a file.
    public mutating func serve(_ file: StaticFile, at path: String) {
        on("GET", path) { file.response(to: $0) }
    }
}
