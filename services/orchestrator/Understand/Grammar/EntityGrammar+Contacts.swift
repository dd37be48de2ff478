/// What is written by rules of its own: e-mail addresses, telephone numbers, booking codes; and times and prices, so that their digits are nothing else.
extension EntityGrammar {
    // MARK: E-mail

    /// An address in the common form of RFC 5321 §4.1.2: `local@domain.tld`, 254 bytes at most.
    mutating func readEmails() {
        for at in words.tokens.indices where words.tokens[at].text == "@" && !taken[at] {
            var lower = at
            while lower > 0, lower > at - 24, words.tokens[lower].isGlued, isLocalPart(lower - 1) { lower -= 1 }
            var upper = at + 1
            while upper < count, upper < at + 24, words.tokens[upper].isGlued, isDomain(upper) { upper += 1 }
            while upper > at + 1, words.tokens[upper - 1].kind == .symbol { upper -= 1 }
            while lower < at, words.tokens[lower].text == "." { lower += 1 }
            guard lower < at, upper - at >= 4, words.tokens[upper - 2].text == ".",
                words.tokens[upper - 1].kind == .word, words.tokens[upper - 1].text.utf8.count >= 2
            else { continue }
            let address = words.original(lower..<upper)
            guard address.utf8.count <= 254, address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { continue }
            claim(.email, lower..<upper, .email(address))
        }
    }

    private func isLocalPart(_ index: Int) -> Bool {
        let token = words.tokens[index]
        return !taken[index] && (token.kind != .symbol || [".", "_", "-", "+", "%"].contains(token.text))
    }

    private func isDomain(_ index: Int) -> Bool {
        let token = words.tokens[index]
        return !taken[index] && (token.kind != .symbol || [".", "-"].contains(token.text))
    }

    // MARK: Booking codes

    /// Two to four letters and six letters or digits, with a hyphen, a space or nothing between: `HM-7K3QXD`.
    mutating func readCodes() {
        var index = 0
        while index < count {
            let run = alphanumericRun(from: index)
            guard !run.isEmpty else {
                index += 1
                continue
            }
            if let (code, end) = code(startingWith: run) {
                claim(.code, run.lowerBound..<end, .bookingCode(code))
                index = end
            } else {
                index = run.upperBound
            }
        }
    }

    /// Tokens of letters and digits with nothing between.
    private func alphanumericRun(from index: Int) -> Range<Int> {
        var end = index
        while end < count, !taken[end], words.tokens[end].kind == .word || words.tokens[end].kind == .number,
            end == index || words.tokens[end].isGlued
        {
            end += 1
        }
        return index..<end
    }

    private func code(startingWith run: Range<Int>) -> (String, Int)? {
        let head = words.original(run)
        guard head.utf8.count <= 10, isASCIIAlphanumeric(head) else { return nil }
        if isPrefix(head) {
            var start = run.upperBound
            let hasHyphen = text(start) == "-"
            if hasHyphen { start += 1 }
            guard start < count else { return nil }
            let run = alphanumericRun(from: start)
            let body = words.original(run)
            guard body.utf8.count == 6, isASCIIAlphanumeric(body) else { return nil }
            let isUpper = (head + body).utf8.allSatisfy { !(97...122).contains($0) }
            let isCode =
                hasHyphen
                ? hasDigit(body) || isUpper
                : isMixed(body) && (isUpper || hasDigitBeforeLetter(body))
                    || (isUpper && hasDigit(body) && head.count == 2)
            return isCode ? ((head + "-" + body).uppercased(), run.upperBound) : nil
        }
        guard (8...10).contains(head.utf8.count) else { return nil }
        let prefix = String(head.dropLast(6))
        let body = String(head.suffix(6))
        guard isPrefix(prefix), hasDigit(body) else { return nil }
        let isUpper = head.utf8.allSatisfy { !(97...122).contains($0) }
        guard isUpper || hasDigitBeforeLetter(body) else { return nil }
        return ((prefix + "-" + body).uppercased(), run.upperBound)
    }

    private func isPrefix(_ text: String) -> Bool {
        (2...4).contains(text.utf8.count) && text.utf8.allSatisfy { (65...90).contains($0 & 0xDF) && $0 > 64 }
    }

    private func isASCIIAlphanumeric(_ text: String) -> Bool {
        text.utf8.allSatisfy { (48...57).contains($0) || ((65...90).contains($0 & 0xDF) && $0 > 64) }
    }

    private func hasDigit(_ text: String) -> Bool { text.utf8.contains { (48...57).contains($0) } }

    private func isMixed(_ text: String) -> Bool { hasDigit(text) && text.utf8.contains { $0 > 57 } }

    /// "7k3qxd", and not "agosto10".
    private func hasDigitBeforeLetter(_ text: String) -> Bool {
        guard let digit = text.utf8.firstIndex(where: { (48...57).contains($0) }) else { return false }
        return text.utf8[digit...].contains { $0 > 57 }
    }

    // MARK: Telephone numbers

    /// Seven to fifteen digits (E.164) with the separators that people use.
    mutating func readPhones() {
        var index = 0
        while index < count {
            guard let (range, digits) = phone(at: index) else {
                index += 1
                continue
            }
            claim(.phone, range, digits.isEmpty ? nil : .phone(digits))
            index = range.upperBound
        }
    }

    private static let phoneLabels = Lexicon.set(
        "tel telefono telefone phone movil movel mobile celular cel cell numero number whatsapp wsp wasap fone fono llamame call"
    )

    private func phone(at index: Int) -> (Range<Int>, String)? {
        var next = index
        let hasPlus = text(next) == "+"
        if hasPlus { next += 1 }
        if text(next) == "(" { next += 1 }
        guard next < count, words.tokens[next].kind == .number, !taken[next] else { return nil }
        var digits = ""
        var end = next
        var groups: [Int] = []
        var isDateLike = true
        while next < count, next < index + 24, !taken[next] {
            let token = words.tokens[next]
            if token.kind == .number {
                digits += token.text
                groups.append(token.text.utf8.count)
                end = next + 1
                if digits.utf8.count > 40 { break }
            } else if ["-", ".", "(", ")"].contains(token.text) {
                if ["(", ")"].contains(token.text) { isDateLike = false }
            } else {
                break
            }
            next += 1
        }
        let range = index..<end
        // A long run of digits is neither a day nor a count, whatever it is.
        if digits.utf8.count > 15 { return groups.contains { $0 > 9 } ? (range, "") : nil }
        if isDateLike, [[4, 2, 2], [2, 2, 4], [1, 2, 4], [2, 1, 4], [1, 1, 4]].contains(groups), !hasPlus {
            return nil
        }
        let isLabelled = (max(0, index - 3)..<index).contains { isIn(Self.phoneLabels, $0) }
        let isNumber =
            hasPlus
            ? digits.utf8.count >= 8
            : isLabelled
                ? digits.utf8.count >= 6
                : digits.utf8.count >= 9 && (groups.max() ?? 0) >= 3
                    || groups == [7] || groups == [8] || groups == [3, 4] || groups == [4, 4]
        return isNumber ? (range, (hasPlus ? "+" : "") + digits) : nil
    }

    // MARK: Times and prices

    mutating func readTimesAndMoney() {
        var index = 0
        while index < count {
            if let end = time(at: index) {
                claim(.time, index..<end, nil)
                index = end
            } else if let end = money(at: index) {
                claim(.money, index..<end, nil)
                index = end
            } else {
                index += 1
            }
        }
    }

    /// "15:30", "3pm", "a las 11", "at 3", "às 15h"
    private func time(at index: Int) -> Int? {
        var start = index
        let before = text(index - 1)
        if ["las", "la", "as", "at"].contains(text(index)), text(index) != "la" || before == "a" { start += 1 }
        guard start < count, !taken[start] else { return nil }
        let clock = number(at: start)
        guard let (hour, next) = clock, hour <= 24 else { return nil }
        if text(next) == ":", words.tokens[next].isGlued, let (minute, end) = number(at: next + 1), minute < 60,
            words.tokens[next + 1].isGlued
        {
            return ["h", "hs", "hrs", "am", "pm"].contains(text(end)) ? end + 1 : end
        }
        if ["h", "hs", "hrs", "hr", "am", "pm", "horas", "oclock"].contains(text(next)) {
            var end = next + 1
            if text(next) == "h", end < count, words.tokens[end].kind == .number, words.tokens[end].isGlued { end += 1 }
            return end
        }
        guard start > index, !isIn(Lexicon.englishOrdinalSuffixes, next), Lexicon.months[text(next)] == nil else {
            return nil
        }
        if text(index) == "as", !["as", "a"].contains(before), language != .portuguese { return nil }
        // "at 3" and "a las 3" are hours; "las 3 noches" are nights.
        if isIn(Lexicon.nightWords, next) || isIn(Lexicon.people, next) || isIn(Lexicon.rooms, next) { return nil }
        if text(index) == "las", !["a", "de", "sobre", "hasta", "desde", "tipo"].contains(before) { return nil }
        return next
    }

    private static let currencies = Lexicon.set(
        "€ $ euro euros eur usd dolar dolares dollar dollars bucks reais real brl pesos peso mxn ars cop soles £ pounds libras"
    )

    private func money(at index: Int) -> Int? {
        if ["€", "$", "£"].contains(text(index)), number(at: index + 1) != nil { return amountEnd(index + 1) }
        guard words.tokens[index].kind == .number, !taken[index] else { return nil }
        let end = amountEnd(index)
        return isIn(Self.currencies, end) ? end + 1 : nil
    }

    private func amountEnd(_ index: Int) -> Int {
        var end = index + 1
        while end + 1 < count, end < index + 5, [".", ","].contains(text(end)), words.tokens[end].isGlued,
            words.tokens[end + 1].kind == .number, words.tokens[end + 1].isGlued
        {
            end += 2
        }
        return end
    }
}
