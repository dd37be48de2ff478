/// The elements of an array that is being encoded.
struct EncodedElements: UnkeyedEncodingContainer {
    let text: EncodedText
    let place: Int

    var codingPath: [any CodingKey] { text.codingPath(place) }
    var count: Int { text.count(place) }

    mutating func encodeNil() throws { text.scalar(in: place, name: nil) { $0.appendNull() } }
    mutating func encode(_ value: Bool) throws { text.scalar(in: place, name: nil) { $0.append(bool: value) } }
    mutating func encode(_ value: String) throws { text.scalar(in: place, name: nil) { $0.appendQuoted(value) } }
    mutating func encode(_ value: Double) throws { try number(value) }
    mutating func encode(_ value: Float) throws { try number(value) }
    mutating func encode(_ value: Int) throws { integer(value) }
    mutating func encode(_ value: Int8) throws { integer(value) }
    mutating func encode(_ value: Int16) throws { integer(value) }
    mutating func encode(_ value: Int32) throws { integer(value) }
    mutating func encode(_ value: Int64) throws { integer(value) }
    mutating func encode(_ value: Int128) throws { integer(value) }
    mutating func encode(_ value: UInt) throws { integer(value) }
    mutating func encode(_ value: UInt8) throws { integer(value) }
    mutating func encode(_ value: UInt16) throws { integer(value) }
    mutating func encode(_ value: UInt32) throws { integer(value) }
    mutating func encode(_ value: UInt64) throws { integer(value) }
    mutating func encode(_ value: UInt128) throws { integer(value) }
    mutating func encode<T: Encodable>(_ value: T) throws {
        let element = text.begin(in: place)
        try value.encode(to: ValueEncoder(text: text, place: element))
        text.finish(element)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        superEncoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { superEncoder().unkeyedContainer() }

    mutating func superEncoder() -> any Encoder { ValueEncoder(text: text, place: text.begin(in: place)) }

    @inline(__always)
    private func integer(_ value: some FixedWidthInteger) {
        text.scalar(in: place, name: nil) { $0.append(integer: value) }
    }

    private func number(_ value: some BinaryFloatingPoint & CustomStringConvertible) throws {
        try checkFinite(value, codingPath + [PathKey(index: count)])
        text.scalar(in: place, name: nil) { $0.append(number: value) }
    }
}
