/// Encodes one value into a place of the text.
struct ValueEncoder: Encoder {
    let text: EncodedText
    let place: Int

    var codingPath: [any CodingKey] { text.codingPath(place) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        text.fill(place, .object)
        return KeyedEncodingContainer(EncodedMembers(text: text, place: place))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        text.fill(place, .array)
        return EncodedElements(text: text, place: place)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension ValueEncoder: SingleValueEncodingContainer {
    mutating func encodeNil() throws { text.scalar(place) { $0.appendNull() } }
    mutating func encode(_ value: Bool) throws { text.scalar(place) { $0.append(bool: value) } }
    mutating func encode(_ value: String) throws { text.scalar(place) { $0.appendQuoted(value) } }
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
    mutating func encode<T: Encodable>(_ value: T) throws { try value.encode(to: self) }

    @inline(__always)
    private func integer(_ value: some FixedWidthInteger) { text.scalar(place) { $0.append(integer: value) } }

    private func number(_ value: some BinaryFloatingPoint & CustomStringConvertible) throws {
        try checkFinite(value, codingPath)
        text.scalar(place) { $0.append(number: value) }
    }
}

/// JSON has no infinity and no NaN.
func checkFinite(_ number: some BinaryFloatingPoint, _ path: @autoclosure () -> [any CodingKey]) throws {
    guard number.isFinite else {
        throw EncodingError.invalidValue(
            number, EncodingError.Context(codingPath: path(), debugDescription: "JSON has no number for it"))
    }
}
