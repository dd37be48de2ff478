/// Writes the text of a string's content, which the scanner has checked, as UTF-8; the text is never longer than the content.
func unescape(_ content: UnsafeBufferPointer<UInt8>, into text: UnsafeMutableBufferPointer<UInt8>) -> Int {
    var from = 0
    var to = 0
    while from < content.count {
        let byte = content[from]
        guard byte == UInt8(ascii: "\\") else {
            text[to] = byte
            from += 1
            to += 1
            continue
        }
        let escape = content[from + 1]
        guard escape == UInt8(ascii: "u") else {
            text[to] = simpleEscape(escape) ?? escape
            from += 2
            to += 1
            continue
        }
        var scalar = hexValue(content, at: from + 2)
        from += 6
        if scalar & 0xFC00 == 0xD800 {
            // The scanner has seen that the other half follows.
            scalar = 0x10000 + (scalar & 0x3FF) << 10 + hexValue(content, at: from + 2) & 0x3FF
            from += 6
        }
        to += encode(scalar, into: UnsafeMutableBufferPointer(rebasing: text[to...]))
    }
    return to
}

func unescaped(_ content: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: content.count) { $1 = unescape(content, into: $0) }
}

/// What a backslash and this letter stand for (RFC 8259 §7), `\u` apart.
func simpleEscape(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
}

func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
}

private func hexValue(_ content: UnsafeBufferPointer<UInt8>, at start: Int) -> UInt32 {
    content[start..<start + 4].reduce(0) { $0 << 4 | (hexDigit($1) ?? 0) }
}

/// Writes a scalar as UTF-8 and gives how many bytes it took.
private func encode(_ scalar: UInt32, into text: UnsafeMutableBufferPointer<UInt8>) -> Int {
    func continuation(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: scalar >> shift & 0x3F) }
    switch scalar {
    case ..<0x80:
        text[0] = UInt8(truncatingIfNeeded: scalar)
        return 1
    case ..<0x800:
        text[0] = 0xC0 | UInt8(truncatingIfNeeded: scalar >> 6)
        text[1] = continuation(0)
        return 2
    case ..<0x10000:
        text[0] = 0xE0 | UInt8(truncatingIfNeeded: scalar >> 12)
        text[1] = continuation(6)
        text[2] = continuation(0)
        return 3
    default:
        text[0] = 0xF0 | UInt8(truncatingIfNeeded: scalar >> 18)
        text[1] = continuation(12)
        text[2] = continuation(6)
        text[3] = continuation(0)
        return 4
    }
}
