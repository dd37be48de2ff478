/// The members of an object that is being encoded. A name must be encoded once only.
struct EncodedMembers<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let text: EncodedText
    let place: Int

    var codingPath: [any CodingKey] { text.codingPath(place) }

    mutating func encodeNil(forKey key: Key) throws {
        text.scalar(in: place, name: key.stringValue) { $0.appendNull() }
    }
    mutating func encode(_ value: Bool, forKey key: Key) throws {
        text.scalar(in: place, name: key.stringValue) { $0.append(bool: value) }
    }
    mutating func encode(_ value: String, forKey key: Key) throws {
        text.scalar(in: place, name: key.stringValue) { $0.appendQuoted(value) }
    }
    mutating func encode(_ value: Double, forKey key: Key) throws { try number(value, key) }
    mutating func encode(_ value: Float, forKey key: Key) throws { try number(value, key) }
    mutating func encode(_ value: Int, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: Int8, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: Int16, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: Int32, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: Int64, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: Int128, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt8, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt16, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt32, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt64, forKey key: Key) throws { integer(value, key) }
    mutating func encode(_ value: UInt128, forKey key: Key) throws { integer(value, key) }
    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        let member = text.begin(in: place, name: key.stringValue)
        try value.encode(to: ValueEncoder(text: text, place: member))
        text.finish(member)
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        superEncoder(forKey: key).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        superEncoder(forKey: key).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        ValueEncoder(text: text, place: text.begin(in: place, name: "super"))
    }

    mutating func superEncoder(forKey key: Key) -> any Encoder {
        ValueEncoder(text: text, place: text.begin(in: place, name: key.stringValue))
    }

    @inline(__always)
    private func integer(_ value: some FixedWidthInteger, _ key: Key) {
        text.scalar(in: place, name: key.stringValue) { $0.append(integer: value) }
    }

    private func number(_ value: some BinaryFloatingPoint & CustomStringConvertible, _ key: Key) throws {
        try checkFinite(value, codingPath + [key])
        text.scalar(in: place, name: key.stringValue) { $0.append(number: value) }
    }
}
