internal import JSON

/// What a handler answers.
public struct HTTPResponse: Sendable {
    public var status: Int
    /// Content-Length, Transfer-Encoding, Connection, Date and Server are the server's to write; what a handler sets of
    /// them is left out.
    public var headers: HTTPHeaders
    public var body: HTTPBody

    public init(_ status: Int, headers: HTTPHeaders = [:], body: HTTPBody = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public static func bytes(_ status: Int, _ bytes: [UInt8], type: String) -> HTTPResponse {
        HTTPResponse(status, headers: ["Content-Type": type], body: .bytes(bytes))
    }

    public static func text(_ status: Int, _ text: String) -> HTTPResponse {
        .bytes(status, Array(text.utf8), type: "text/plain; charset=utf-8")
    }

    /// - Throws: `EncodingError` when the value can't be written as JSON (a number that is not finite).
    public static func json(_ status: Int, _ value: some Encodable) throws -> HTTPResponse {
        .json(status, bytes: try JSONCoder.encode(value))
    }

    /// JSON that has been written already.
    public static func json(_ status: Int, bytes: [UInt8]) -> HTTPResponse {
        .bytes(status, bytes, type: "application/json")
    }

    /// `{"error":{"code":…,"message":…}}`.
    public static func problem(
        _ status: Int, _ code: String, _ message: String, headers: HTTPHeaders = [:]
    ) -> HTTPResponse {
        // Two strings can always be written.
        let body = try? JSONCoder.encode(Problem(error: .init(code: code, message: message)))
        var response = HTTPResponse.json(status, bytes: body ?? [])
        for (name, value) in headers.fields { response.headers.add(name, value) }
        return response
    }

    public static func redirect(_ status: Int = 303, to location: String) -> HTTPResponse {
        HTTPResponse(status, headers: ["Location": location])
    }

    /// A stream of server-sent events: `body` runs while the client listens, and the connection ends with it.
    public static func events(_ body: @escaping EventSource) -> HTTPResponse {
        HTTPResponse(
            200,
            headers: [
                "Content-Type": "text/event-stream", "Cache-Control": "no-store",
                // nginx would otherwise hold events back until its buffer is full.
                "X-Accel-Buffering": "no",
            ], body: .events(body))
    }

    init(_ error: HTTPError) {
        self = .problem(error.status, error.code, error.message, headers: error.headers)
    }

    private struct Problem: Encodable {
        struct Detail: Encodable {
            var code: String
            var message: String
        }
        var error: Detail
    }
}

public enum HTTPBody: Sendable {
    case bytes([UInt8])
    case events(EventSource)
}

/// Sends the events of one stream. It runs on the server's loop and must not leave it; the task is cancelled when the
/// client has gone or the server ends.
public typealias EventSource = nonisolated(nonsending) @Sendable (EventWriter) async throws -> Void
