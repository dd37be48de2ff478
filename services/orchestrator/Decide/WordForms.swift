/// Small operations on what guests write and read; no knowledge of any language's words.
enum WordForms {
    /// At most `limit` characters, cut at a space where there is one, with an ellipsis.
    static func clipped(_ text: String, to limit: Int) -> String {
        guard text.count > limit else { return text }
        let head = text.prefix(limit - 1)
        if let space = head.lastIndex(of: " "), head.distance(from: head.startIndex, to: space) > limit / 2 {
            return head[..<space] + "…"
        }
        return head + "…"
    }

    /// As `clipped`, but at the end of a sentence where one fits.
    static func clippedAtSentence(_ text: String, to limit: Int) -> String {
        guard text.count > limit else { return text }
        let head = text.prefix(limit)
        if let end = head.lastIndex(where: { ".!?".contains($0) }) { return String(head[...end]) }
        return clipped(text, to: limit)
    }

    /// The first letter in upper case: a sentence may begin with a date or a room's name.
    static func sentence(_ text: String) -> String {
        guard let first = text.first, first.isLowercase else { return text }
        return first.uppercased() + text.dropFirst()
    }

    /// Lower case, without accents, one space between words, nothing but letters and digits: for comparing names.
    static func folded(_ text: some StringProtocol) -> String {
        var result = ""
        for character in text.lowercased() {
            if let plain = accents[character] {
                result.append(plain)
            } else if character.isLetter || character.isNumber {
                result.append(character)
            } else if !result.isEmpty, result.last != " " {
                result.append(" ")
            }
        }
        if result.last == " " { result.removeLast() }
        return result
    }

    /// Something that may stand as a name: two to sixty characters, one to six words of letters, no digits.
    static func name(in text: String) -> String? {
        let words = text.split(whereSeparator: \.isWhitespace)
        let name = words.joined(separator: " ")
        guard (1...6).contains(words.count), (2...Limits.nameCharacters).contains(name.count),
            name.allSatisfy({ $0.isLetter || " '’.-".contains($0) }), name.contains(where: \.isLetter)
        else { return nil }
        return name
    }

    private static let accents: [Character: Character] = [
        "á": "a", "à": "a", "â": "a", "ã": "a", "ä": "a", "é": "e", "è": "e", "ê": "e", "ë": "e", "í": "i", "ì": "i",
        "î": "i",
        "ï": "i", "ó": "o", "ò": "o", "ô": "o", "õ": "o", "ö": "o", "ú": "u", "ù": "u", "û": "u", "ü": "u", "ñ": "n",
        "ç": "c",
    ]
}
