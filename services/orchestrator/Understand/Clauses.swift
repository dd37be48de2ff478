/// A message in pieces that each wish for one thing: cut at punctuation, and where a greeting or thanks ends.
struct Clause: Hashable, Sendable {
    /// Folded words, and slots for what the grammar has read.
    var words: [String]
    /// Tokens of the message.
    var range: Range<Int>
    /// Holds nothing but entities and small words: it belongs to what stands beside it.
    var isBare: Bool
    /// Ends with a question mark.
    var isQuestion = false
}

enum Clauses {
    /// What a classifier reads of the tokens in `range`.
    static func words(of message: Words, _ found: [Found], in range: Range<Int>) -> [String] {
        var result: [String] = []
        // "For two" and "for {party}" are the same, whether the grammar took the preposition or not.
        func append(_ slot: String) {
            if let last = result.last, Lexicon.forWords.contains(last) { result.removeLast() }
            result.append(slot)
        }
        var index = range.lowerBound
        var next = found.firstIndex { $0.range.upperBound > index } ?? found.count
        while index < range.upperBound {
            if next < found.count, found[next].range.lowerBound <= index {
                append("{\(found[next].slot.rawValue)}")
                index = found[next].range.upperBound
                next += 1
                continue
            }
            let token = message.tokens[index]
            switch token.kind {
            // "É" asks, "e" joins.
            case .word: result.append(token.text == "e" && token.marks.contains(.acute) ? "é" : token.text)
            case .number: result.append("#")
            case .placeholder: append(token.text)
            case .symbol:
                // Emoji speak, punctuation does not.
                if let scalar = token.text.unicodeScalars.first, scalar.value > 0x2000 { result.append(token.text) }
            }
            index += 1
        }
        return result
    }

    /// The clauses between punctuation.
    static func split(_ message: Words, _ found: [Found]) -> [Clause] {
        var clauses: [Clause] = []
        var start = 0
        var next = 0
        func close(at end: Int) {
            guard end > start else { return }
            let words = words(of: message, found, in: start..<end)
            guard !words.isEmpty else { return }
            let isQuestion = end < message.count && message.tokens[end].text == "?"
            clauses.append(
                Clause(words: words, range: start..<end, isBare: words.allSatisfy(isSmall), isQuestion: isQuestion))
        }
        var index = 0
        while index < message.count {
            if next < found.count, found[next].range.lowerBound <= index {
                index = max(index + 1, found[next].range.upperBound)
                next += 1
                continue
            }
            let token = message.tokens[index]
            if token.kind == .symbol, ",.;:!?¿¡\n()…".contains(token.text) {
                close(at: index)
                start = index + 1
            }
            index += 1
        }
        close(at: message.count)
        return clauses
    }

    static func isSmall(_ word: String) -> Bool {
        word.hasPrefix("{") || word == "#" || functionWords.contains(word)
            || EntityGrammar.smallWords.contains(word) && !["no", "si", "yes", "sim", "nao", "ok"].contains(word)
    }

    private static let functionWords = Lexicon.set(
        """
        con com with a al ao at in on of to for from by del de da do das dos el la los las un una o os as um uma the an en em
        """)

    /// What is nothing but entities joins what stands before it, or after it at the beginning: "una doble, del 3 al 5, somos dos" is one wish.
    static func joined(_ clauses: [Clause]) -> [Clause] {
        var result: [Clause] = []
        for clause in clauses {
            if let last = result.indices.last, clause.isBare || result[last].isBare {
                result[last].words += clause.words
                result[last].range = result[last].range.lowerBound..<clause.range.upperBound
                result[last].isBare = result[last].isBare && clause.isBare
                result[last].isQuestion = result[last].isQuestion || clause.isQuestion
            } else {
                result.append(clause)
            }
        }
        return result
    }

    static let conjunctions = Lexicon.set("y e and pero but mas also tambien tambem plus ademas además")
}
