import Contracts

/// The same words for the ear: money in words' order, codes letter by letter, no emoji and no quotation marks.
struct SpokenForm {
    let wording: Wording

    func spoken(_ text: String) -> String {
        var words: [String] = []
        for word in text.split(whereSeparator: { $0.isWhitespace && $0 != "\u{a0}" }) {
            words.append(spell(String(word)))
        }
        return sums(words.joined(separator: " ")).filter { !isSilent($0) }
    }

    private func isSilent(_ character: Character) -> Bool {
        "«»“”\"*_".contains(character)
            || character.unicodeScalars.contains {
                $0.properties.isEmojiPresentation || $0.properties.generalCategory == .otherSymbol || $0.value == 0xFE0F
            }
    }

    /// A booking code: capitals and digits around one hyphen.
    private func spell(_ word: String) -> String {
        let core = word.filter { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "-") }
        guard core.contains("-"), core.count >= 6, core.first?.isLetter == true, word.hasPrefix(core),
            word.dropFirst(core.count).allSatisfy(\.isPunctuation)
        else { return word }
        return core.filter { $0 != "-" }.map(String.init).joined(separator: " ") + word.dropFirst(core.count)
    }

    private static let symbols: [Character: String] = ["€": "EUR", "£": "GBP", "$": "USD"]

    /// "196 €" and "€196" become "196 euros".
    private func sums(_ text: String) -> String {
        var result = ""
        var rest = Substring(text)
        while let character = rest.popFirst() {
            guard let symbol = Self.symbols[character] else {
                result.append(character)
                continue
            }
            var currency = symbol
            if symbol == "USD", result.last == "R" {
                currency = "BRL"
                result.removeLast()
            }
            while rest.first == "\u{a0}" { rest.removeFirst() }
            let after = rest.prefix { $0.isNumber || $0 == "." || $0 == "," }
            let number = after.last.map { $0.isNumber } == false ? after.dropLast() : after
            if !number.isEmpty {
                result += wording.form(.moneySpoken, currency, [.amount: String(number)]) ?? String(number)
                rest = rest.dropFirst(number.count)
                continue
            }
            while result.last == " " || result.last == "\u{a0}" { result.removeLast() }
            let before = String(result.reversed().prefix { $0.isNumber || $0 == "." || $0 == "," }.reversed())
            result.removeLast(before.count)
            result += wording.form(.moneySpoken, currency, [.amount: before]) ?? before
        }
        return result
    }
}
