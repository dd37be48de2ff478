/// A JSON text that was read once: checked whole, with a note of where each value lies. Copies share it.
public struct JSONDocument: Sendable {
    let tape: Tape

    /// Reads UTF-8 text by RFC 8259, and stricter in what the RFC leaves open: equal names in one object, half surrogates and a byte order
    /// mark are refused.
    public init(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        tape = try Scanner.scan(bytes, limits: limits)
    }

    /// The value that the text is.
    public var root: JSONNode { JSONNode(tape: tape, index: 0) }
}

/// One value of a document: a view, cheap to copy, that keeps its document alive.
public struct JSONNode: Sendable {
    let tape: Tape
    let index: Int

    public enum Kind: Sendable {
        case object, array, string, number, bool, null
    }

    public var kind: Kind {
        switch entry.kind {
        case .object: .object
        case .array: .array
        case .string: .string
        case .integer, .fraction: .number
        case .bool: .bool
        case .null: .null
        }
    }

    /// Where it lies in the document's bytes, quotes and brackets included.
    public var range: Range<Int> { Int(entry.start)..<Int(entry.end) }

    /// Its bytes as they came.
    public var bytes: ArraySlice<UInt8> { tape.bytes[range] }

    /// The member of an object with this name; nil when there is none, or this is no object.
    public subscript(key: String) -> JSONNode? {
        guard entry.kind == .object, let index = tape.member(key, of: index) else { return nil }
        return JSONNode(tape: tape, index: index)
    }

    /// Of an array, in order; none when this is no array.
    public var elements: [JSONNode] {
        guard entry.kind == .array else { return [] }
        var next = index + 1
        return (0..<entry.count).map { _ in
            defer { next = Int(tape.entries[next].next) }
            return JSONNode(tape: tape, index: next)
        }
    }

    /// Of an object, in the order of the text; none when this is no object.
    public var members: [(key: String, value: JSONNode)] {
        guard entry.kind == .object else { return [] }
        var members: [(key: String, value: JSONNode)] = []
        members.reserveCapacity(entry.count)
        tape.forEachMember(of: index) { name in
            members.append((tape.string(at: name), JSONNode(tape: tape, index: name + 1)))
        }
        return members
    }

    /// The text of a string; nil when this is no string.
    public var string: String? { entry.kind == .string ? tape.string(at: index) : nil }

    /// The number when it is an integer, however it is written (`1e3`), and fits; else nil.
    public var int: Int? { tape.integer(at: index, Int.self) }

    /// The nearest `Double` to the number; nil when it is beyond a `Double`'s range, or this is no number.
    public var double: Double? { tape.double(at: index) }

    public var bool: Bool? { tape.bool(at: index) }

    public var isNull: Bool { entry.kind == .null }

    /// Decodes this value, as `JSONCoder` does. Throws `DecodingError`, whose coding path starts here.
    public func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try T(from: ValueDecoder(tape: tape, node: index, root: index))
    }

    private var entry: TapeEntry { tape.entries[index] }
}
