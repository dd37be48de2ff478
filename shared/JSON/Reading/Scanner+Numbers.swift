extension Scanner {
    /// Reads a number that begins here (RFC 8259 §6), and says whether it has neither fraction nor exponent.
    mutating func scanNumber() throws(JSONError) -> Bool {
        let start = position
        if base[position] == UInt8(ascii: "-") { position += 1 }
        if position < count, base[position] == UInt8(ascii: "0") {
            position += 1
            if position < count, isDigit(base[position]) { throw error("a number with a leading zero", at: start) }
        } else {
            try scanDigits("expected a digit")
        }
        var isInteger = true
        if position < count, base[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try scanDigits("expected a digit after the point")
        }
        if position < count, base[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if position < count, base[position] == UInt8(ascii: "+") || base[position] == UInt8(ascii: "-") {
                position += 1
            }
            try scanDigits("expected a digit in the exponent")
        }
        guard position - start <= JSONLimits.maximumNumberBytes else {
            throw error("a number longer than allowed", at: start)
        }
        return isInteger
    }

    private mutating func scanDigits(_ problem: String) throws(JSONError) {
        let start = position
        while position < count, isDigit(base[position]) { position += 1 }
        guard position > start else { throw error(problem) }
    }

    @inline(__always)
    private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}
