import CRedis

/// What the server answered. An error as the whole answer is thrown.
public enum RedisReply: Sendable, Equatable {
    case null
    case int(Int)
    /// A string, or a status such as `OK`.
    case string([UInt8])
    case array([RedisReply])
    /// Within an array: the first word of the error.
    case error(code: String)

    /// The integer, also of a string of digits; nil for anything else.
    public var int: Int? {
        switch self {
        case .int(let number): number
        case .string(let bytes): Int(String(decoding: bytes, as: UTF8.self))
        case .null, .array, .error: nil
        }
    }

    /// The text of a string; nil for anything else, null included.
    public var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    public var bytes: [UInt8]? {
        if case .string(let bytes) = self { bytes } else { nil }
    }

    /// The elements of an array, else nil.
    public var elements: [RedisReply]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    public var isNull: Bool { self == .null }

    /// Copies a reply of hiredis', which frees its own. Deeper than a few levels nothing nests that we ask for.
    init(_ reply: redisReply, depth: Int = 0) {
        switch reply.type {
        case REDIS_REPLY_INTEGER: self = .int(Int(reply.integer))
        case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: self = .string(Self.bytes(reply))
        case REDIS_REPLY_ERROR:
            self = .error(code: RedisError(server: String(decoding: Self.bytes(reply), as: UTF8.self)).code ?? "ERR")
        case REDIS_REPLY_ARRAY where depth < 8:
            self = .array(
                (0..<reply.elements).map { index in
                    reply.element?[index].map { RedisReply($0.pointee, depth: depth + 1) } ?? .null
                })
        default: self = .null
        }
    }

    private static func bytes(_ reply: redisReply) -> [UInt8] {
        guard let text = reply.str else { return [] }
        return Array(UnsafeRawBufferPointer(start: text, count: Int(reply.len)))
    }
}
