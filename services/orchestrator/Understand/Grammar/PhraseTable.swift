/// Phrases of several words that a grammar looks for, found by their first word. Where several begin at the same place, the longest counts.
struct PhraseTable<Value: Sendable>: Sendable {
    private let byFirstWord: WordTable<[(words: [String], value: Value)]>

    /// Words of a phrase are folded and stand apart by one space.
    init(_ phrases: [(String, Value)]) {
        var table: [String: [(words: [String], value: Value)]] = [:]
        for (phrase, value) in phrases {
            let words = phrase.split(separator: " ").map(String.init)
            guard let first = words.first else { continue }
            table[first, default: []].append((words, value))
        }
        byFirstWord = WordTable(
            table.sorted { $0.key < $1.key }.map { first, phrases in
                (first, phrases.sorted { $0.words.count > $1.words.count })
            })
    }

    /// What stands at `index` of a message, and its number of tokens.
    func match(_ grammar: EntityGrammar, at index: Int) -> (value: Value, length: Int)? {
        guard let hash = grammar.hash(index), let candidates = byFirstWord[hash] else { return nil }
        for (words, value) in candidates where grammar.matches(words, at: index) { return (value, words.count) }
        return nil
    }
}

extension PhraseTable where Value == Void {
    init(_ phrases: String...) {
        self.init(phrases.map { ($0, ()) })
    }
}
