import JSON
import Telemetry

/// A server's first frame.
struct Hello: Codable, Hashable, Sendable {
    var version: Int
    var service: String
    var instance: String
    var nonce: String

    enum CodingKeys: String, CodingKey {
        case version = "v"
        case service, instance, nonce
    }
}

/// A client's first frame.
struct Auth: Codable, Hashable, Sendable {
    var version: Int
    var service: String
    var instance: String
    var nonce: String
    var mac: String

    enum CodingKeys: String, CodingKey {
        case version = "v"
        case service, instance, nonce, mac
    }
}

/// A server's second frame: the client is in.
struct Welcome: Codable, Hashable, Sendable {
    var mac: String
}

/// A request as it came: scanned, its body not yet decoded.
struct WireRequest: Sendable {
    var id: Int
    var operation: String
    /// What is left of its deadline.
    var remaining: Duration
    var trace: SpanContext?
    var body: JSONNode
}

/// One frame's meaning.
enum WireMessage: Sendable {
    case hello(Hello)
    case auth(Auth)
    case welcome(Welcome)
    case request(WireRequest)
    /// It has an id and is answerable, but its envelope is wrong.
    case malformedRequest(id: Int, WireError)
    case answer(id: Int, JSONNode)
    case failure(id: Int, WireError)
    /// The connection itself failed; a close follows.
    case connectionError(WireError)
    case cancel(Int)
    case ping(Int)
    case pong(Int)
    case goaway

    /// Reads a frame: scanned once; bodies stay where they are. The words of an error hold nothing of the input.
    init(_ frame: [UInt8], limits: JSONLimits) throws(WireError) {
        let root: JSONNode
        do {
            root = try JSONDocument(frame, limits: limits).root
        } catch {
            throw WireError(.invalidArgument, "malformed JSON at byte \(error.offset): \(error.problem)")
        }
        guard root.kind == .object else { throw WireError(.invalidArgument, "a frame is one JSON object") }
        self = try Self.read(root)
    }

    private static func read(_ root: JSONNode) throws(WireError) -> WireMessage {
        if let node = root["id"] {
            guard let id = node.int, (1...UsedIDs.largest).contains(id) else {
                throw WireError(.invalidArgument, "an id is an integer from 1 to 2^53 - 1")
            }
            return try readIdentified(id, root)
        }
        if let node = root["ping"] { return .ping(try number(node, "ping")) }
        if let node = root["pong"] { return .pong(try number(node, "pong")) }
        if let node = root["cancel"] { return .cancel(try number(node, "cancel")) }
        if let node = root["goaway"] {
            guard node.bool == true else { throw WireError(.invalidArgument, "goaway is true or absent") }
            return .goaway
        }
        if let node = root["error"] { return .connectionError(try error(node)) }
        if let node = root["hello"] { return .hello(try decode(node, "hello")) }
        if let node = root["auth"] { return .auth(try decode(node, "auth")) }
        if let node = root["welcome"] { return .welcome(try decode(node, "welcome")) }
        throw WireError(.invalidArgument, "a frame of no known kind")
    }

    private static func readIdentified(_ id: Int, _ root: JSONNode) throws(WireError) -> WireMessage {
        if let operation = root["op"] {
            do throws(WireError) {
                return .request(try request(id, operation, root))
            } catch {
                return .malformedRequest(id: id, error)
            }
        }
        if let body = root["ok"] { return .answer(id: id, body) }
        if let node = root["error"] { return .failure(id: id, try error(node)) }
        return .malformedRequest(id: id, WireError(.invalidArgument, "op is missing"))
    }

    private static func request(_ id: Int, _ operation: JSONNode, _ root: JSONNode) throws(WireError) -> WireRequest {
        guard let name = operation.string, (1...64).contains(name.utf8.count) else {
            throw WireError(.invalidArgument, "op is a text of 1 to 64 bytes")
        }
        guard let milliseconds = root["deadline_ms"]?.int else {
            throw WireError(.invalidArgument, "deadline_ms is a whole number of milliseconds")
        }
        guard let body = root["body"] else { throw WireError(.invalidArgument, "body is missing") }
        // A trace that can't be read must not cost the request.
        let trace = root["trace"].flatMap { trace in
            trace["traceparent"]?.string.flatMap { SpanContext(traceparent: $0) }
                ?? trace["uber-trace-id"]?.string.flatMap { SpanContext(uberTraceID: $0) }
        }
        return WireRequest(
            id: id, operation: name, remaining: .milliseconds(max(0, min(milliseconds, 86_400_000))), trace: trace,
            body: body)
    }

    private static func error(_ node: JSONNode) throws(WireError) -> WireError {
        let retryAfter = node["retry_after_ms"]?.int.map { Duration.milliseconds(max(0, min($0, 86_400_000))) }
        // A code of a later version is a fault to this one.
        let code = WireCode(rawValue: try text(node, "code")) ?? .internal
        return WireError(
            code, node["message"]?.string ?? "", retryable: node["retryable"]?.bool, retryAfter: retryAfter)
    }

    private static func decode<Body: Decodable>(_ node: JSONNode, _ kind: String) throws(WireError) -> Body {
        do {
            return try node.decode(Body.self)
        } catch {
            throw WireError(.invalidArgument, "\(kind) is malformed")
        }
    }

    private static func text(_ node: JSONNode, _ key: String) throws(WireError) -> String {
        guard let text = node[key]?.string else { throw WireError(.invalidArgument, "\(key) is a text") }
        return text
    }

    private static func number(_ node: JSONNode, _ key: String) throws(WireError) -> Int {
        guard let number = node.int else { throw WireError(.invalidArgument, "\(key) is an integer") }
        return number
    }
}
