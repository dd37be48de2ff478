import Contracts
import Foundation

/// Tells Spanish, English and Portuguese apart by the words of the phrase files, the letters of unknown words, and the marks that only one of them
/// writes. What the languages share ("ok", "2", "hotel", "sábado") tells nothing, and is said with little confidence.
struct LanguageModel: Sendable {
    struct Guess: Hashable, Sendable {
        var language: Language
        /// 0.33 to 1.
        var confidence: Double
    }

    private static let languages = Language.allCases
    /// How much one word may say against a language, in natural logarithms: no single word decides for certain.
    private static let mostAWord = 3.2
    private static let mostAnUnknownWord = 1.4
    /// A word that a language has as well, however seldom, says less against it.
    private static let mostASharedWord = 0.85
    private static let temperature = 1.25

    /// How often a word stands in the phrases of each language, as a share of its words.
    private var wordShares: [String: [Double]] = [:]
    /// A bit for each language in whose phrases a word stands.
    private var wordLanguages: [String: UInt8] = [:]
    private var letterShares: [UInt32: [Double]] = [:]

    init(_ files: [PhraseFile]) {
        var words: [String: [Double]] = [:]
        var letters: [UInt32: [Double]] = [:]
        var wordTotals = [Double](repeating: 1, count: Self.languages.count)
        var letterTotals = wordTotals
        for file in files {
            guard let column = Self.languages.firstIndex(of: file.language) else { continue }
            var line = -1
            for phrase in file.phrases {
                // The other readings of a line repeat most of its words.
                let weight = phrase.line == line ? 0.2 : 1
                line = phrase.line
                for token in phrase.words.tokens where token.kind == .word {
                    words[token.text, default: [0, 0, 0]][column] += weight
                    wordTotals[column] += weight
                    for trigram in Self.trigrams(token.text) {
                        letters[trigram, default: [0, 0, 0]][column] += weight
                        letterTotals[column] += weight
                    }
                }
            }
        }
        let least = wordTotals.max() ?? 1
        wordLanguages = words.mapValues { counts in
            counts.indices.reduce(0) { $0 | (counts[$1] >= 0.9 ? 1 << $1 : 0) }
        }
        wordShares = words.mapValues { counts in
            // On one scale, with half an occurrence for free.
            counts.indices.map { log((counts[$0] * least / wordTotals[$0] + 0.25)) }
        }
        let leastLetters = letterTotals.max() ?? 1
        letterShares = letters.mapValues { counts in
            counts.indices.map { log((counts[$0] * leastLetters / letterTotals[$0] + 1)) }
        }
    }

    /// Whether a folded word stands in any phrase.
    func knows(_ word: String) -> Bool { wordShares[word] != nil }

    /// Nil when nothing in the tokens tells a language.
    func guess(_ tokens: some Sequence<Token>) -> Guess? {
        var evidence = [0.0, 0.0, 0.0]
        var isTold = false
        for token in tokens.prefix(200) {
            let scores = scores(of: token)
            guard let scores else { continue }
            isTold = true
            for index in evidence.indices { evidence[index] += scores[index] }
        }
        guard isTold else { return nil }
        let most = evidence.max() ?? 0
        let powers = evidence.map { exp(($0 - most) / Self.temperature) }
        let sum = powers.reduce(0, +)
        guard let best = powers.indices.max(by: { powers[$0] < powers[$1] }) else { return nil }
        return Guess(language: Self.languages[best], confidence: powers[best] / sum)
    }

    /// In the order es, en, pt; the best has 0.
    private func scores(of token: Token) -> [Double]? {
        if token.kind == .symbol { return token.text == "¿" || token.text == "¡" ? [0, -2.2, -2.2] : nil }
        guard token.kind == .word else { return nil }
        var scores: [Double]
        var bound = Self.mostAWord
        if let shares = wordShares[token.text] {
            scores = shares
        } else {
            bound = Self.mostAnUnknownWord
            scores = [0, 0, 0]
            let trigrams = Self.trigrams(token.text)
            for trigram in trigrams {
                guard let shares = letterShares[trigram] else { continue }
                for index in scores.indices { scores[index] += shares[index] * 0.4 }
            }
        }
        if token.marks.contains(.enye) { add([0, -3, -3], to: &scores) }
        if token.marks.contains(.nasal) { add([-3, -3, 0], to: &scores) }
        if token.marks.contains(.cedilla) { add([-2.5, -2.5, 0], to: &scores) }
        if token.marks.contains(.circumflexOrGrave) { add([-2, -2, 0], to: &scores) }
        if token.marks.contains(.acute) { add([0, -1.5, 0], to: &scores) }
        let most = scores.max() ?? 0
        let shared = wordLanguages[token.text] ?? 0
        return scores.indices.map { index in
            let isShared = shared & (1 << index) != 0 && token.marks.isDisjoint(with: Self.tellingMarks)
            return max(scores[index] - most, isShared ? -Self.mostASharedWord : -bound)
        }
    }

    private static let tellingMarks: Token.Marks = [.enye, .nasal, .cedilla, .circumflexOrGrave]

    private func add(_ extra: [Double], to scores: inout [Double]) {
        for index in scores.indices { scores[index] += extra[index] }
    }

    private static func trigrams(_ word: String) -> [UInt32] {
        let bytes = [UInt8(ascii: "_")] + word.utf8.prefix(24) + [UInt8(ascii: "_")]
        guard bytes.count > 3 else { return [] }
        return (0..<bytes.count - 2).map {
            UInt32(bytes[$0]) << 16 | UInt32(bytes[$0 + 1]) << 8 | UInt32(bytes[$0 + 2])
        }
    }
}
