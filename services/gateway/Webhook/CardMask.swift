/// Hides payment card numbers and security codes in what guests write, before anything is stored: cards belong to no chat (PCI DSS 3.4).
struct CardMask {
    /// The text with each card number shown by its last four digits and each security code hidden; `didMask` says whether there was one.
    static func masked(_ text: String) -> (text: String, didMask: Bool) {
        var bytes = Array(text.utf8)
        var hidden: [Int] = []
        var hasCard = false
        let runs = digitRuns(in: bytes)
        for run in runs {
            guard let kept = digitsKept(of: run.map { bytes[$0] }) else { continue }
            hasCard = true
            // Whatever else stands in the run (an expiry date, a security code) goes with the number.
            hidden += run.indices.filter { !kept.contains($0) }.map { run[$0] }
        }
        // Beside a card, three digits that stand alone are its security code.
        if hasCard { hidden += runs.filter { $0.count == 3 }.joined() }
        hidden += securityCodes(in: bytes)
        guard !hidden.isEmpty else { return (text, false) }
        for index in hidden { bytes[index] = UInt8(ascii: "*") }
        return (String(decoding: bytes, as: UTF8.self), true)
    }

    /// The offsets of digits that belong together: single spaces, dots, slashes or hyphens may stand between.
    private static func digitRuns(in bytes: [UInt8]) -> [[Int]] {
        var runs: [[Int]] = []
        var run: [Int] = []
        var index = 0
        while index < bytes.count {
            if isDigit(bytes[index]) {
                run.append(index)
                index += 1
            } else if !run.isEmpty, let next = separatorEnd(bytes, index) {
                index = next
            } else {
                if !run.isEmpty { runs.append(run) }
                run = []
                index += 1
            }
        }
        if !run.isEmpty { runs.append(run) }
        return runs
    }

    /// Which digits of a run may stay: the last four of each card number in it (13 to 19 digits, ISO/IEC 7812-1, that pass the Luhn check). Nil
    /// when it holds none.
    private static func digitsKept(of digits: [UInt8]) -> Set<Int>? {
        let values = digits.map { Int($0 - UInt8(ascii: "0")) }
        var kept: Set<Int>?
        var first = 0
        while first + 13 <= values.count {
            let length = lengths.first {
                first + $0 <= values.count && values[first] != 0 && passesLuhn(values[first..<first + $0])
            }
            guard let length else {
                first += 1
                continue
            }
            kept = (kept ?? []).union(first + length - 4..<first + length)
            first += length
        }
        return kept
    }

    /// The commonest first: one in ten of the others passes the check by chance.
    private static let lengths = [16, 15, 14, 13, 19, 18, 17]

    private static func passesLuhn(_ digits: ArraySlice<Int>) -> Bool {
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let doubled = place % 2 == 1 ? digit * 2 : digit
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum % 10 == 0
    }

    /// The offsets of three or four digits after a word for a security code: "CVV: 123", "código de seguridad (123)".
    private static func securityCodes(in bytes: [UInt8]) -> [Int] {
        let lower = bytes.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
        var found: [Int] = []
        for word in words {
            var from = 0
            while let at = find(word, in: lower, from: from) {
                from = at + word.count
                guard at == 0 || !isLetter(lower[at - 1]) else { continue }
                var index = from
                while index < lower.count, index < from + 12, !isDigit(lower[index]) { index += 1 }
                let begin = index
                while index < lower.count, isDigit(lower[index]) { index += 1 }
                if (3...4).contains(index - begin) { found += begin..<index }
            }
        }
        return found
    }

    private static let words: [[UInt8]] = [
        "cvv2", "cvv", "cvc2", "cvc", "csc", "security code", "código de seguridad", "codigo de seguridad",
        "código de segurança", "codigo de seguranca",
    ].map { Array($0.utf8) }

    private static func find(_ word: [UInt8], in bytes: [UInt8], from: Int) -> Int? {
        guard bytes.count >= word.count else { return nil }
        var index = from
        while index + word.count <= bytes.count {
            if bytes[index] == word[0], bytes[index..<index + word.count].elementsEqual(word) { return index }
            index += 1
        }
        return nil
    }

    /// Where the run goes on after a separator of one character; a no-break space has two bytes, a narrow one or a dash three.
    private static func separatorEnd(_ bytes: [UInt8], _ index: Int) -> Int? {
        let length: Int
        switch bytes[index] {
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"): length = 1
        case 0xC2 where index + 1 < bytes.count && bytes[index + 1] == 0xA0: length = 2
        case 0xE2 where index + 2 < bytes.count && bytes[index + 1] == 0x80: length = 3
        default: return nil
        }
        let next = index + length
        return next < bytes.count && isDigit(bytes[next]) ? next : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || byte >= 0x80 }
}
