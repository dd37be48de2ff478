/// The elements of an array, decoded one after the other. An element whose decoding throws is not passed over.
struct UnkeyedValues: UnkeyedDecodingContainer {
    /// Of the array.
    private let decoder: ValueDecoder
    private var next: UInt32
    private(set) var currentIndex = 0

    init(_ decoder: ValueDecoder) throws {
        guard decoder.entry.kind == .array else { throw decoder.mismatch([Any].self, "an array") }
        self.decoder = decoder
        next = UInt32(truncatingIfNeeded: decoder.node + 1)
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { decoder.entry.count }
    var isAtEnd: Bool { next == decoder.entry.next }

    /// Passes over an element that is null.
    mutating func decodeNil() throws -> Bool {
        guard try element(Never.self).decodeNil() else { return false }
        advance()
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try take { try $0.bool() } }
    mutating func decode(_ type: String.Type) throws -> String { try take { try $0.string() } }
    mutating func decode(_ type: Double.Type) throws -> Double { try take { try $0.double() } }
    mutating func decode(_ type: Float.Type) throws -> Float { try take { try $0.float() } }
    mutating func decode(_ type: Int.Type) throws -> Int { try take { try $0.integer(type) } }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try take { try $0.integer(type) } }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try take { try $0.integer(type) } }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try take { try $0.integer(type) } }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try take { try $0.integer(type) } }
    mutating func decode(_ type: Int128.Type) throws -> Int128 { try take { try $0.integer(type) } }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try take { try $0.integer(type) } }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try take { try $0.integer(type) } }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try take { try $0.integer(type) } }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try take { try $0.integer(type) } }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try take { try $0.integer(type) } }
    mutating func decode(_ type: UInt128.Type) throws -> UInt128 { try take { try $0.integer(type) } }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try take { try T(from: $0) } }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try take { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try take { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder { try take { $0 } }

    @inline(__always)
    private mutating func take<Value>(_ body: (ValueDecoder) throws -> Value) throws -> Value {
        let value = try body(element(Value.self))
        advance()
        return value
    }

    private func element(_ type: any Any.Type) throws -> ValueDecoder {
        guard !isAtEnd else {
            var context = decoder.context("the array at byte \(decoder.entry.start) has only \(currentIndex) elements")
            context = DecodingError.Context(
                codingPath: context.codingPath + [PathKey(index: currentIndex)],
                debugDescription: context.debugDescription)
            throw DecodingError.valueNotFound(type, context)
        }
        return decoder.at(Int(next))
    }

    private mutating func advance() {
        next = decoder.tape.entries[Int(next)].next
        currentIndex += 1
    }
}
