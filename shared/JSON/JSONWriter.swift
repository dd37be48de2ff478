/// Writes JSON by hand where `Codable` would be in the way. It sets commas and escapes; that brackets match and that names and values
/// alternate is its caller's part.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    public init() {}

    public mutating func beginObject() { begin(UInt8(ascii: "{")) }
    public mutating func endObject() { end(UInt8(ascii: "}")) }
    public mutating func beginArray() { begin(UInt8(ascii: "[")) }
    public mutating func endArray() { end(UInt8(ascii: "]")) }

    /// A member's name; its value is to follow.
    public mutating func key(_ name: String) {
        separate()
        bytes.appendName(name)
        needsComma = false
    }

    public mutating func string(_ value: String) {
        separate()
        bytes.appendQuoted(value)
    }

    public mutating func int(_ value: some FixedWidthInteger) {
        separate()
        bytes.append(integer: value)
    }

    /// The shortest text that reads as this number again; `null` when it is infinite or not a number.
    public mutating func double(_ value: Double) {
        separate()
        if value.isFinite { bytes.append(number: value) } else { bytes.appendNull() }
    }

    public mutating func bool(_ value: Bool) {
        separate()
        bytes.append(bool: value)
    }

    public mutating func null() {
        separate()
        bytes.appendNull()
    }

    /// A value that is JSON already; it is not looked at.
    public mutating func raw(_ json: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}
