/// The fields of a message's head, in their order, found by name without regard to case (RFC 9110 §5).
///
/// Kept as the bytes that stand on the wire: a request's fields are copied once and not one by one, a response's go out
/// as they are.
public struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral {
    /// Where one field stands in `block`.
    struct Field: Sendable {
        var start: Int32
        var nameEnd: Int32
        var valueStart: Int32
        var valueEnd: Int32
        /// Behind its line's end.
        var end: Int32

        func moved(by distance: Int) -> Field {
            let distance = Int32(distance)
            return Field(
                start: start + distance, nameEnd: nameEnd + distance, valueStart: valueStart + distance,
                valueEnd: valueEnd + distance, end: end + distance)
        }
    }

    /// Each field as `Name: value`, CR, LF.
    private(set) var block: [UInt8]
    private var places: [Field]

    public init() {
        block = []
        places = []
    }

    public init(dictionaryLiteral elements: (String, String)...) {
        self.init()
        for (name, value) in elements { add(name, value) }
    }

    /// What a parser found: `places` lie in `block`.
    init(block: [UInt8], places: [Field]) {
        self.block = block
        self.places = places
    }

    public var count: Int { places.count }
    public var isEmpty: Bool { places.isEmpty }

    /// Every field in its order.
    public var fields: [(name: String, value: String)] {
        places.map { (text($0.start, $0.nameEnd), text($0.valueStart, $0.valueEnd)) }
    }

    /// The value of the first field of this name. Bytes that are not UTF-8 are replaced.
    public func first(_ name: String) -> String? {
        places.first { matches($0, name) }.map { text($0.valueStart, $0.valueEnd) }
    }

    /// The values of all fields of this name.
    public func all(_ name: String) -> [String] {
        places.lazy.filter { matches($0, name) }.map { text($0.valueStart, $0.valueEnd) }
    }

    public func contains(_ name: String) -> Bool {
        places.contains { matches($0, name) }
    }

    /// The elements of a field whose value is a list (RFC 9110 §5.6.1), of all lines together, without the white space
    /// around them.
    func list(_ name: String) -> [Substring] {
        all(name).flatMap { value in
            value.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingBlanks() }
        }
    }

    /// Appends a field. The name is a token that the code names; a CR, LF or NUL in the value, which would end the
    /// field, becomes a space (RFC 9110 §5.5).
    public mutating func add(_ name: String, _ value: String) {
        precondition(
            !name.isEmpty && name.utf8.allSatisfy(ByteSet.token.contains), "\(name) is not the name of a field")
        let start = Int32(block.count)
        block.append(contentsOf: name.utf8)
        let nameEnd = Int32(block.count)
        block.append(UInt8(ascii: ":"))
        block.append(UInt8(ascii: " "))
        let valueStart = Int32(block.count)
        for byte in value.utf8 { block.append(byte == 13 || byte == 10 || byte == 0 ? 32 : byte) }
        let valueEnd = Int32(block.count)
        block.append(13)
        block.append(10)
        places.append(
            Field(
                start: start, nameEnd: nameEnd, valueStart: valueStart, valueEnd: valueEnd, end: Int32(block.count)))
    }

    /// Replaces all fields of this name by one.
    public mutating func set(_ name: String, _ value: String) {
        remove(name)
        add(name, value)
    }

    public mutating func remove(_ name: String) {
        guard contains(name) else { return }
        var kept = HTTPHeaders()
        for place in places where !matches(place, name) {
            kept.places.append(place.moved(by: kept.block.count - Int(place.start)))
            kept.block += block[Int(place.start)..<Int(place.end)]
        }
        self = kept
    }

    /// Calls `body` with each field's name and its whole line.
    func forEachLine(_ body: (_ name: String, _ line: ArraySlice<UInt8>) -> Void) {
        for place in places { body(text(place.start, place.nameEnd), block[Int(place.start)..<Int(place.end)]) }
    }

    private func text(_ start: Int32, _ end: Int32) -> String {
        String(decoding: block[Int(start)..<Int(end)], as: UTF8.self)
    }

    private func matches(_ place: Field, _ name: String) -> Bool {
        guard name.utf8.count == Int(place.nameEnd - place.start) else { return false }
        var offset = Int(place.start)
        for byte in name.utf8 {
            guard block[offset].lowercasedASCII == byte.lowercasedASCII else { return false }
            offset += 1
        }
        return true
    }
}

extension UInt8 {
    var lowercasedASCII: UInt8 { self >= 65 && self <= 90 ? self | 32 : self }
}

extension Substring {
    /// Without spaces and tabs at its ends.
    func trimmingBlanks() -> Substring {
        let rest = utf8.drop { $0 == 32 || $0 == 9 }
        let last = rest.lastIndex { $0 != 32 && $0 != 9 }
        return last.map { Substring(rest[...$0]) } ?? ""
    }
}
