/// A value of a row in PostgreSQL's binary form. Its bytes live as long as the result that they are in: used within one call only.
struct Field {
    let type: PostgresType
    let bytes: UnsafeRawBufferPointer

    /// The value as a big-endian integer of exactly its size.
    func integer<Integer: FixedWidthInteger>(_: Integer.Type) -> Integer? {
        guard bytes.count == MemoryLayout<Integer>.size else { return nil }
        return Integer(bigEndian: bytes.loadUnaligned(as: Integer.self))
    }

    var uuid: String? {
        guard bytes.count == 16 else { return nil }
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The elements of an array of at most one dimension (array_send); nil for anything else.
    var elements: [Field?]? {
        var offset = 0
        func next() -> Int32? {
            guard offset + 4 <= bytes.count else { return nil }
            defer { offset += 4 }
            return Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
        }
        guard let dimensions = next(), next() != nil, let type = next() else { return nil }
        guard dimensions > 0 else { return dimensions == 0 ? [] : nil }
        guard dimensions == 1, let count = next(), next() != nil, count >= 0, Int(count) <= bytes.count / 4 else {
            return nil
        }
        var elements: [Field?] = []
        elements.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let length = next() else { return nil }
            guard length >= 0 else {
                elements.append(nil)
                continue
            }
            guard offset + Int(length) <= bytes.count else { return nil }
            let range = offset..<(offset + Int(length))
            elements.append(
                Field(type: PostgresType(rawValue: UInt32(bitPattern: type)), bytes: .init(rebasing: bytes[range])))
            offset = range.upperBound
        }
        return elements
    }
}

/// A numeric in its binary form (numeric_send): digits of base 10,000.
struct Numeric {
    /// In decimal, with as many digits after the point as the value has: `12.50`, `-3`, `NaN`, `Infinity`.
    let text: String

    /// Nil when the bytes are not such a form.
    init?(_ bytes: UnsafeRawBufferPointer) {
        func word(_ index: Int) -> UInt16 {
            UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
        }
        guard bytes.count >= 8 else { return nil }
        let count = Int(word(0))
        let weight = Int(Int16(bitPattern: word(1)))
        let scale = Int(word(3))
        guard bytes.count == 8 + 2 * count, scale <= 16_383, weight <= 32_767 else { return nil }
        switch word(2) {
        case 0x0000, 0x4000: break
        case 0xC000:
            text = "NaN"
            return
        case 0xD000:
            text = "Infinity"
            return
        case 0xF000:
            text = "-Infinity"
            return
        default: return nil
        }
        /// The digit of 10,000 to the power of `power`.
        func digit(_ power: Int) -> Int {
            let index = weight - power
            return index >= 0 && index < count ? Int(word(4 + index)) : 0
        }
        func padded(_ digit: Int) -> String {
            let text = String(digit)
            return String(repeating: "0", count: max(0, 4 - text.count)) + text
        }
        var whole = ""
        if weight >= 0 {
            for power in stride(from: weight, through: 0, by: -1) {
                whole += whole.isEmpty ? String(digit(power)) : padded(digit(power))
            }
        }
        var fraction = ""
        for group in 0..<((scale + 3) / 4) { fraction += padded(digit(-1 - group)) }
        let sign = word(2) == 0x4000 ? "-" : ""
        text = sign + (whole.isEmpty ? "0" : whole) + (scale > 0 ? "." + fraction.prefix(scale) : "")
    }
}

/// `2025-12-03` from days since 1970-01-01 (Howard Hinnant's days_from_civil, inverted).
func civilDate(daysSince1970: Int) -> String {
    let shifted = daysSince1970 + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthIndex = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthIndex + 2) / 5 + 1
    let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
}
