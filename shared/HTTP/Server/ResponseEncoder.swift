/// Writes heads of responses.
enum ResponseEncoder {
    /// What the server writes itself.
    private static let reserved: Set<String> = [
        "content-length", "transfer-encoding", "connection", "date", "server", "keep-alive", "trailer", "upgrade",
    ]

    /// How the connection goes on after a response.
    enum Persistence {
        case keepAlive
        /// Said to clients of HTTP/1.0, which would not expect it.
        case announcedKeepAlive
        case close
    }

    /// The status line and all fields with the empty line that ends them. `length`: of the body, nil when there is none
    /// or its end is the connection's.
    static func head(
        of response: HTTPResponse, length: Int?, persistence: Persistence, stamp: [UInt8], defaults: HTTPHeaders
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        bytes += "HTTP/1.1 ".utf8
        bytes += String(response.status).utf8
        bytes.append(32)
        bytes += HTTPStatus.reason(response.status).utf8
        bytes += lineEnd
        bytes += stamp
        response.headers.forEachLine { name, line in
            if !reserved.contains(name.lowercased()) { bytes += line }
        }
        defaults.forEachLine { name, line in
            if !response.headers.contains(name) { bytes += line }
        }
        if let length {
            bytes += "Content-Length: ".utf8
            bytes += String(length).utf8
            bytes += lineEnd
        }
        switch persistence {
        case .keepAlive: break
        case .announcedKeepAlive: bytes += "Connection: keep-alive\r\n".utf8
        case .close: bytes += "Connection: close\r\n".utf8
        }
        bytes += lineEnd
        return bytes
    }

    private static let lineEnd: [UInt8] = [13, 10]
    static let continueLine = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
}
