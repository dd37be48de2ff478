/// How names and scalars are written.
extension [UInt8] {
    /// A member's name and its colon.
    mutating func appendName(_ name: String) {
        appendQuoted(name)
        append(UInt8(ascii: ":"))
    }

    /// A string in quotes. Quotes, backslashes and control characters are escaped; slashes and what is beyond ASCII are not.
    mutating func appendQuoted(_ string: String) {
        var string = string
        string.withUTF8 { appendQuoted($0) }
    }

    mutating func appendQuoted(_ text: UnsafeBufferPointer<UInt8>) {
        append(UInt8(ascii: "\""))
        var start = 0
        while true {
            let end = indexOfEscaped(text, from: start)
            append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<end]))
            guard end < text.count else { break }
            appendEscape(text[end])
            start = end + 1
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func appendEscape(_ byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            append(contentsOf: [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
            append(UInt8(ascii: "0") + byte >> 4)
            append(byte & 15 < 10 ? UInt8(ascii: "0") + byte & 15 : UInt8(ascii: "a") + byte & 15 - 10)
        }
    }

    mutating func append(bool: Bool) { append(contentsOf: (bool ? "true" : "false").utf8) }

    mutating func appendNull() { append(contentsOf: "null".utf8) }

    mutating func append<Integer: FixedWidthInteger>(integer: Integer) {
        if Integer.bitWidth > 64, UInt64(exactly: integer.magnitude) == nil {
            append(contentsOf: integer.description.utf8)
            return
        }
        if integer < 0 { append(UInt8(ascii: "-")) }
        var rest = UInt64(truncatingIfNeeded: integer.magnitude)
        if rest < 10 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest))
            return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var first = 20
            repeat {
                first -= 1
                digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[first...]))
        }
    }

    /// The shortest text that reads as this number again, with no fraction when it has none. The number must be finite.
    mutating func append<Number: BinaryFloatingPoint & CustomStringConvertible>(number: Number) {
        if let integer = Int64(exactly: number), integer.magnitude < 1 << 53, integer != 0 {
            append(integer: integer)
            return
        }
        var text = number.description
        if text.hasSuffix(".0") { text.removeLast(2) }
        append(contentsOf: text.utf8)
    }
}

/// The next byte that can't stand in a string as it is, or the end.
@inline(__always)
private func indexOfEscaped(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    let raw = UnsafeRawBufferPointer(text)
    var index = start
    while index + 8 <= text.count {
        let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        let special = bytesThatNeedEscape(word)
        if special != 0 { return index + special.trailingZeroBitCount >> 3 }
        index += 8
    }
    while index < text.count {
        let byte = text[index]
        if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
        index += 1
    }
    return index
}
