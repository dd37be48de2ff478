/// A channel's limit on a text, in UTF-16 units: Meta does not say what it counts as a character, and its programs count no more than these.
/// Emoji and accents are never cut through.
struct TextLimit: Sendable {
    var units: Int

    func admits(_ text: some StringProtocol) -> Bool { text.utf16.count <= units }

    /// The text on one line, its end replaced by "…" when it is too long: for a title, which can't go on in another message.
    func shortened(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !admits(line) else { return line }
        return trimmed(line[..<TextLimit(units: units - 1).end(of: line[...])]) + "…"
    }

    /// The text in pieces that each fit, in order, cut after a sentence where there is one, else between words, else anywhere. White space at
    /// the cuts is dropped; nothing else is.
    func pieces(_ text: String) -> [Substring] {
        var pieces: [Substring] = []
        var rest = trimmed(text[...])
        while !admits(rest) {
            let cut = self.cut(rest)
            pieces.append(trimmed(rest[..<cut]))
            rest = trimmed(rest[cut...])
        }
        if !rest.isEmpty { pieces.append(rest) }
        return pieces
    }

    /// Where a text that is too long is cut: after its start.
    private func cut(_ text: Substring) -> Substring.Index {
        let end = end(of: text)
        var sentence: Substring.Index?
        var word: Substring.Index?
        var index = text.startIndex
        var previous: Character?
        // The character behind the limit is looked at as well: a sentence may end exactly there.
        while index <= end, index < text.endIndex {
            let character = text[index]
            if character.isWhitespace, index > text.startIndex {
                word = index
                if character.isNewline || previous.map({ ".!?…".contains($0) }) == true { sentence = index }
            }
            previous = character
            index = text.index(after: index)
        }
        return sentence ?? word ?? end
    }

    /// The end of the longest beginning that fits; always after the start.
    private func end(of text: Substring) -> Substring.Index {
        var used = 0
        for index in text.indices {
            used += text[index].utf16.count
            guard used > units else { continue }
            return index > text.startIndex ? index : endOfScalars(text)
        }
        return text.endIndex
    }

    /// One character may be longer than the limit (a letter under a thousand accents).
    private func endOfScalars(_ text: Substring) -> Substring.Index {
        var used = 0
        for index in text.unicodeScalars.indices {
            used += text.unicodeScalars[index].utf16.count
            if used > units, index > text.startIndex { return index }
        }
        return text.endIndex
    }

    private func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}

extension TextLimit {
    static let text = TextLimit(units: 4_096)
    static let interactiveBody = TextLimit(units: 1_024)
    static let buttonTitle = TextLimit(units: 20)
    static let listOpener = TextLimit(units: 20)
    static let rowTitle = TextLimit(units: 24)
    static let rowDescription = TextLimit(units: 72)
    /// Meta allows 256 on a button; `OutboundContent` promises 200 for both.
    static let choiceID = TextLimit(units: 200)
    static let placeName = TextLimit(units: 1_000)
}
