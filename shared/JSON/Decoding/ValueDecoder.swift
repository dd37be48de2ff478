/// Decodes one value of a tape: two words that fit into an existential, so that decoding a value allocates nothing. It keeps no coding path;
/// the tape tells it when an error asks.
struct ValueDecoder: Decoder {
    let tape: Tape
    private let nodeIndex: UInt32
    private let rootIndex: UInt32

    init(tape: Tape, node: Int, root: Int) {
        self.tape = tape
        nodeIndex = UInt32(truncatingIfNeeded: node)
        rootIndex = UInt32(truncatingIfNeeded: root)
    }

    /// The entry that is decoded.
    var node: Int { Int(nodeIndex) }
    /// The entry at which decoding began, where coding paths start.
    var root: Int { Int(rootIndex) }
    var entry: TapeEntry { tape.entries[node] }

    var codingPath: [any CodingKey] { tape.codingPath(to: node, from: root) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try KeyedValues(self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try UnkeyedValues(self) }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    /// A decoder of another value of the same text.
    func at(_ index: Int) -> ValueDecoder { ValueDecoder(tape: tape, node: index, root: root) }
}

extension ValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { entry.kind == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try bool() }
    func decode(_ type: String.Type) throws -> String { try string() }
    func decode(_ type: Double.Type) throws -> Double { try double() }
    func decode(_ type: Float.Type) throws -> Float { try float() }
    func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    func decode(_ type: Int128.Type) throws -> Int128 { try integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try integer(type) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try T(from: self) }
}
