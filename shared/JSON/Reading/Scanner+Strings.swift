extension Scanner {
    /// Reads a string that begins here with its quote, and says whether it has escapes.
    mutating func scanString() throws(JSONError) -> Bool {
        let start = position
        position += 1
        var hasEscapes = false
        while true {
            skipPlainText()
            guard position < count else { throw error("the text ends inside a string") }
            let byte = base[position]
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                try scanEscape()
            } else if byte < 0x20 {
                throw error("a control character inside a string")
            } else {
                guard let length = lengthOfUTF8Sequence() else { throw error("bytes that are not UTF-8") }
                position += length
            }
        }
        guard position - start - 1 <= limits.maximumStringBytes else {
            throw error("a string longer than allowed", at: start)
        }
        position += 1
        return hasEscapes
    }

    /// Goes to the next quote, backslash, control character or byte beyond ASCII: eight bytes at a time, as long as there are eight.
    @inline(__always)
    private mutating func skipPlainText() {
        while position + 8 <= count {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self))
            let special = bytesThatEndPlainText(word)
            if special != 0 {
                position += special.trailingZeroBitCount >> 3
                return
            }
            position += 8
        }
        while position < count {
            let byte = base[position]
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            position += 1
        }
    }

    private mutating func scanEscape() throws(JSONError) {
        let start = position
        guard position + 1 < count else { throw error("the text ends inside an escape") }
        if base[position + 1] != UInt8(ascii: "u") {
            guard simpleEscape(base[position + 1]) != nil else { throw error("an unknown escape") }
            position += 2
            return
        }
        let first = try scanHexEscape()
        if first & 0xFC00 == 0xD800 {
            guard position + 1 < count, base[position] == UInt8(ascii: "\\"), base[position + 1] == UInt8(ascii: "u")
            else {
                throw error("half a surrogate pair", at: start)
            }
            guard try scanHexEscape() & 0xFC00 == 0xDC00 else { throw error("half a surrogate pair", at: start) }
        } else if first & 0xFC00 == 0xDC00 {
            throw error("half a surrogate pair", at: start)
        }
    }

    /// `\uXXXX`.
    private mutating func scanHexEscape() throws(JSONError) -> UInt32 {
        guard position + 6 <= count else { throw error("the text ends inside an escape") }
        var value: UInt32 = 0
        for index in 2..<6 {
            guard let digit = hexDigit(base[position + index]) else {
                throw error("expected four hexadecimal digits after \\u")
            }
            value = value << 4 | digit
        }
        position += 6
        return value
    }

    /// How long the well-formed sequence of two to four bytes is that begins here (Unicode 16, table 3-7), or nil.
    private func lengthOfUTF8Sequence() -> Int? {
        let lead = base[position]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0:
            length = 3
            second = 0xA0...0xBF
        case 0xED:
            length = 3
            second = 0x80...0x9F
        case 0xE1...0xEF: length = 3
        case 0xF0:
            length = 4
            second = 0x90...0xBF
        case 0xF1...0xF3: length = 4
        case 0xF4:
            length = 4
            second = 0x80...0x8F
        default: return nil
        }
        guard position + length <= count, second.contains(base[position + 1]) else { return nil }
        for index in 2..<max(2, length) where base[position + index] & 0xC0 != 0x80 { return nil }
        return length
    }
}
