/// Decodes and encodes `Codable` types with the mapping of Foundation's coders as they are by default: an optional that is nil is left out,
/// `[String: T]` is an object, a number fits exactly or is refused. Members come in the order in which they are encoded. What Foundation
/// knows by name (`Data`, `URL`, `Decimal`) is nothing special here.
public enum JSONCoder {
    /// Throws `JSONError` when the bytes are not JSON or beyond the limits, and `DecodingError` when they don't fit the type. Neither tells
    /// what a value was.
    public static func decode<T: Decodable>(
        _ type: T.Type, from bytes: [UInt8], limits: JSONLimits = .standard
    ) throws -> T {
        try JSONDocument(bytes, limits: limits).root.decode(type)
    }

    /// Throws `EncodingError` when the value holds a number that JSON can't (infinite, not a number), or encodes nothing.
    public static func encode<T: Encodable>(_ value: T) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(value, into: &bytes)
        return bytes
    }

    /// Appends the value's text; when it throws, the bytes are what they were.
    public static func encode<T: Encodable>(_ value: T, into bytes: inout [UInt8]) throws {
        let text = EncodedText()
        let root = text.begin()
        try value.encode(to: ValueEncoder(text: text, place: root))
        guard text.finish(root) else {
            throw EncodingError.invalidValue(
                value, EncodingError.Context(codingPath: [], debugDescription: "\(T.self) encodes no value"))
        }
        bytes.append(contentsOf: text.bytes)
    }
}
