import Contracts

/// Reads what a message names exactly. Each part of the grammar claims stretches of tokens; what one has claimed no other reads, so the digits of a
/// phone number are no date and "del 3 al 5" is no party. Looks a bounded number of tokens ahead, so the time is linear in the message.
struct EntityGrammar {
    /// One message names no more than these; the rest is left unread.
    static let maximumEntities = 32
    /// How many tokens before and after a word may bear on it.
    private static let reach = 48

    let words: Words
    let context: UnderstandingContext
    /// Of the message where it is clear, else of the conversation: it tells pt "dos" from es "dos".
    let language: Language?
    /// Whether a folded word is an ordinary one of the phrase files: then it is no name.
    let isOrdinary: @Sendable (String) -> Bool

    private(set) var found: [Found] = []
    private(set) var taken: [Bool]

    init(
        _ words: Words, in context: UnderstandingContext, language: Language?,
        isOrdinary: @escaping @Sendable (String) -> Bool
    ) {
        self.words = words
        self.context = context
        self.language = language
        self.isOrdinary = isOrdinary
        taken = words.tokens.map { $0.kind == .placeholder }
    }

    /// Everything found, in the order of the message.
    static func read(
        _ words: Words, in context: UnderstandingContext, language: Language?,
        isOrdinary: @escaping @Sendable (String) -> Bool = { _ in false }
    ) -> [Found] {
        var grammar = EntityGrammar(words, in: context, language: language, isOrdinary: isOrdinary)
        grammar.readEmails()
        grammar.readCodes()
        grammar.readPhones()
        grammar.readTimesAndMoney()
        grammar.readStays()
        grammar.readRooms()
        grammar.readParty()
        grammar.readChoices()
        grammar.readVoice()
        grammar.readNames()
        return grammar.found.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    mutating func claim(_ slot: Slot, _ range: Range<Int>, _ entity: Entity?) {
        guard found.count < Self.maximumEntities, !range.isEmpty, isFree(range) else { return }
        found.append(Found(slot: slot, range: range, entity: entity))
        for index in range { taken[index] = true }
    }

    mutating func markRead(_ index: Int) { taken[index] = true }
    mutating func unmarkRead(_ index: Int) { taken[index] = false }

    // MARK: Looking at tokens

    var count: Int { words.count }

    /// The folded text of a token that nothing has claimed yet; empty outside and where claimed.
    func text(_ index: Int) -> String {
        guard words.tokens.indices.contains(index), !taken[index] else { return "" }
        return words.tokens[index].text
    }

    /// Of the folded text; nil outside and where claimed.
    func hash(_ index: Int) -> UInt64? {
        guard words.tokens.indices.contains(index), !taken[index] else { return nil }
        return words.tokens[index].hash
    }

    func isFree(_ range: Range<Int>) -> Bool {
        range.lowerBound >= 0 && range.upperBound <= count && range.allSatisfy { !taken[$0] }
    }

    func isWord(_ index: Int) -> Bool {
        words.tokens.indices.contains(index) && words.tokens[index].kind == .word && !taken[index]
    }

    func isIn(_ set: WordSet, _ index: Int) -> Bool {
        guard words.tokens.indices.contains(index), !taken[index] else { return false }
        return set[words.tokens[index].hash] != nil
    }

    /// Whether the words at `index` are these.
    func matches(_ phrase: [String], at index: Int) -> Bool {
        for (offset, word) in phrase.enumerated() where text(index + offset) != word { return false }
        return true
    }

    /// The number of tokens of the phrase that stands at `index`; 0 when none does.
    func match(anyOf phrases: PhraseTable<Void>, at index: Int) -> Int {
        phrases.match(self, at: index)?.length ?? 0
    }

    /// The stretch between punctuation around `index`, so far as it is near.
    func clause(around index: Int) -> Range<Int> {
        var lower = index
        while lower > 0, lower > index - Self.reach, !isBreak(lower - 1) { lower -= 1 }
        var upper = index
        while upper < count, upper < index + Self.reach, !isBreak(upper) { upper += 1 }
        return lower..<upper
    }

    func isBreak(_ index: Int) -> Bool {
        words.tokens[index].kind == .symbol && ",.;:!?¿¡\n()".contains(words.tokens[index].text)
    }
}

extension EntityGrammar {
    // MARK: Numbers

    /// A number in digits or words, and the index after it.
    func number(at index: Int) -> (value: Int, next: Int)? {
        guard words.tokens.indices.contains(index), !taken[index] else { return nil }
        let token = words.tokens[index]
        if token.kind == .number {
            guard let value = token.value else { return nil }
            return (value, index + 1)
        }
        guard token.kind == .word, let value = Lexicon.cardinals[token.hash] else { return nil }
        if let language, Lexicon.notNumbers[language]?.contains(token.text) == true, isWord(index + 1) {
            return nil
        }
        // "treinta y uno", "twenty-one", "vinte e dois"
        if let tens = Lexicon.tens[token.hash] {
            var next = index + 1
            if ["y", "e", "-"].contains(text(next)) { next += 1 }
            if let units = Lexicon.cardinals[text(next)], units < 10, next > index + 1 || token.text.hasSuffix("ty") {
                return (tens + units, next + 1)
            }
        }
        return (value, index + 1)
    }

    /// "3rd", "1º", "primero", "twenty-first".
    func ordinal(at index: Int) -> (value: Int, next: Int)? {
        guard words.tokens.indices.contains(index), !taken[index] else { return nil }
        let token = words.tokens[index]
        if token.kind == .number, let value = token.value, words.tokens.indices.contains(index + 1),
            words.tokens[index + 1].isGlued, !taken[index + 1]
        {
            let suffix = words.tokens[index + 1].text
            if suffix == "º" || Lexicon.ordinalSuffixes.contains(suffix) { return (value, index + 2) }
            return nil
        }
        if let tens = Lexicon.tens[token.hash], token.text.hasSuffix("ty") {
            let next = text(index + 1) == "-" ? index + 2 : index + 1
            if let units = Lexicon.ordinals[text(next)], units < 10 { return (tens + units, next + 1) }
        }
        return Lexicon.ordinals[token.hash].map { ($0, index + 1) }
    }
}
