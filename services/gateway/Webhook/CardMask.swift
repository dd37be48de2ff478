/// Hides payment card numbers and security codes in what guests write, before anything is stored: cards belong to no chat (PCI DSS 3.4).
struct CardMask {
    /// The text with each card number shown by its last four digits and each security code hidden; `didMask` says whether there was one.
    static func masked(_ text: String) -> (text: String, didMask: Bool) {
        var bytes = Array(text.utf8)
        let groups = digitGroups(in: bytes)
        let cards = cardNumbers(groups, in: bytes)
        var hidden = cards.flatMap { $0.dropLast(4) }
        // Beside a card, three digits that stand alone are its security code.
        if !cards.isEmpty { hidden += groups.filter { $0.digits.count == 3 }.flatMap(\.digits) }
        hidden += securityCodes(in: bytes)
        guard !hidden.isEmpty else { return (text, false) }
        for index in hidden { bytes[index] = UInt8(ascii: "*") }
        return (String(decoding: bytes, as: UTF8.self), true)
    }

    /// Digits without anything between.
    private struct Group {
        var digits: Range<Int>
        /// The bytes to the next group when it follows after one separator, else nil.
        var separator: ArraySlice<UInt8>?
    }

    private static func digitGroups(in bytes: [UInt8]) -> [Group] {
        var groups: [Group] = []
        var index = 0
        while index < bytes.count {
            guard isDigit(bytes[index]) else {
                index += 1
                continue
            }
            let start = index
            while index < bytes.count, isDigit(bytes[index]) { index += 1 }
            let next = index < bytes.count ? separatorEnd(bytes, index) : nil
            groups.append(Group(digits: start..<index, separator: next.map { bytes[index..<$0] }))
        }
        return groups
    }

    /// The offsets of the digits of each card number: 13 to 19 digits (ISO/IEC 7812-1) that pass the Luhn check, alone or in groups as they stand
    /// on cards: the same separator between all, the first of four or more, the others of three or more. Dates and telephone numbers
    /// don't look like that.
    private static func cardNumbers(_ groups: [Group], in bytes: [UInt8]) -> [[Int]] {
        var found: [[Int]] = []
        var first = 0
        while first < groups.count {
            if let (card, next) = card(from: first, groups, in: bytes) {
                found.append(card)
                first = next
            } else {
                first += 1
            }
        }
        return found
    }

    private static func card(from first: Int, _ groups: [Group], in bytes: [UInt8]) -> (digits: [Int], next: Int)? {
        guard groups[first].digits.count >= 4, bytes[groups[first].digits.lowerBound] != UInt8(ascii: "0") else {
            return nil
        }
        var digits: [Int] = []
        var longest: (digits: [Int], next: Int)?
        for last in first..<groups.count {
            guard last == first || groups[last].digits.count >= 3 else { break }
            digits += groups[last].digits
            guard digits.count <= 19 else { break }
            if digits.count >= 13, passesLuhn(digits.map { Int(bytes[$0] - UInt8(ascii: "0")) }) {
                longest = (digits, last + 1)
            }
            guard let separator = groups[last].separator, separator == groups[first].separator else { break }
        }
        return longest
    }

    private static func passesLuhn(_ digits: [Int]) -> Bool {
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
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."): length = 1
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
