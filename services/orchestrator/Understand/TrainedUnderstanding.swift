import CLinux
import Contracts

/// Understanding without network: the language, the wishes by a classifier trained from the phrase files, and what is named by exact grammars.
///
/// Making one trains it (a fraction of a second); it is a value, so one serves every conversation.
struct TrainedUnderstanding: Understanding {
    private let languages: LanguageModel
    private let intents: IntentModel

    /// Of a ranking, no more than these are told.
    private static let mostIntents = 6
    private static let leastProbability = 0.02
    /// A courtesy beside a wish is told less surely, so that the wish comes first.
    private static let besideWish = 0.6
    /// "Ok", "perfect" before another wish is no yes to what was asked.
    private static let openerBesideWish = 0.3
    private static let amongUnknown = 0.5

    /// Learns from phrase files, one a language; the same language may have several (a hotel's own phrases).
    init(_ files: [PhraseFile]) {
        let languages = LanguageModel(files)
        self.languages = languages
        intents = IntentModel(files) { phrase, language in
            Self.words(of: phrase, language)
        }
    }

    /// Learns from the files that were built into the program. Throws when one of them is not as it should be, with file and line.
    static func embedded() throws(PhraseFileError) -> TrainedUnderstanding {
        let trained = TrainedUnderstanding(try PhraseFile.embedded())
        // Training takes more memory than what it leaves: that goes back to the system now, and not some day.
        malloc_trim(0)
        return trained
    }

    // MARK: Understanding a message

    func understand(_ text: String, in context: UnderstandingContext) -> Understood {
        let words = Tokenizer.words(in: text)
        var found = read(words, in: context)
        let clauses = Clauses.split(words, found)
        var ranking = rank(Clauses.joined(clauses), context)
        if context.expecting == .email, Self.attemptsAddress(words, found) {
            for index in ranking.indices { ranking[index].probability *= Self.amongUnknown }
        }
        found.removeAll { isBesideThePoint($0, clauses, ranking) }
        let (language, confidence) = language(of: words, found, context)
        return Understood(
            language: language, languageConfidence: confidence, intents: ranking, entities: found.compactMap(\.entity))
    }

    /// "john(at)example.org @ work": a try at an address is no wish.
    private static func attemptsAddress(_ words: Words, _ found: [Found]) -> Bool {
        words.tokens.contains { $0.text == "@" } && !found.contains { $0.slot == .email }
    }

    /// What the grammars read in `text`, whatever is wished for.
    func named(in text: String, context: UnderstandingContext) -> [Entity] {
        read(Tokenizer.words(in: text), in: context).compactMap(\.entity)
    }

    private func read(_ words: Words, in context: UnderstandingContext) -> [Found] {
        let guess = languages.guess(words.tokens)
        let told = guess.flatMap { $0.confidence >= Limits.languageSure ? $0.language : nil }
        return EntityGrammar.read(words, in: context, language: told ?? context.language ?? guess?.language) {
            languages.knows($0)
        }
    }

    /// Names, addresses and codes tell no language.
    private func language(
        of words: Words, _ found: [Found], _ context: UnderstandingContext
    ) -> (Language, Double) {
        let silent = found.filter { [.name, .email, .code, .phone].contains($0.slot) }
        let tokens = words.tokens.enumerated().lazy
            .filter { item in !silent.contains { $0.range.contains(item.offset) } }.map(\.element)
        guard let guess = languages.guess(tokens) else { return (context.language ?? .spanish, 0) }
        guard guess.confidence < Limits.languageSure, let known = context.language, known != guess.language else {
            return (guess.language, guess.confidence)
        }
        return (known, min(guess.confidence, 1 - guess.confidence))
    }

    // MARK: What is wished for

    private func rank(
        _ clauses: [Clause], _ context: UnderstandingContext
    ) -> [RankedIntent] {
        var best: [Intent: Double] = [:]
        var openers: Set<Intent> = []
        for clause in clauses.prefix(24) {
            for (part, probabilities) in parts(of: clause, context.expecting) {
                for (intent, probability) in Self.tempered(probabilities, isQuestion: clause.isQuestion) {
                    if probability > best[intent, default: 0] {
                        best[intent] = probability
                        if intent == .affirm {
                            if Self.isOpener(part) { openers.insert(.affirm) } else { openers.remove(.affirm) }
                        }
                    }
                }
            }
        }
        temper(&best, openers, expecting: context.expecting)
        let ranking = Intent.allCases.map { RankedIntent(intent: $0, probability: best[$0, default: 0]) }
            .filter { $0.probability >= Self.leastProbability }
            .sorted { $0.probability > $1.probability }
        guard !ranking.isEmpty else { return [RankedIntent(intent: .outOfScope, probability: Self.leastProbability)] }
        return Array(ranking.prefix(Self.mostIntents))
    }

    /// "All right?" is no yes, and "how much is the garage?" asks about the garage.
    private static func tempered(_ probabilities: [Intent: Double], isQuestion: Bool) -> [Intent: Double] {
        var result = probabilities
        if isQuestion { result[.affirm] = result[.affirm, default: 0] * openerBesideWish }
        if let price = result[.askPrice],
            priced.contains(where: { result[$0, default: 0] >= Limits.alsoMeant })
        {
            result[.askPrice] = min(price, openerBesideWish)
        }
        return result
    }

    private static let priced: [Intent] = [
        .askBreakfast, .askParking, .askWifi, .askCheckInTime, .askCheckOutTime, .askLocation,
    ]

    /// Courtesies make way for a wish in the same message.
    private func temper(_ best: inout [Intent: Double], _ openers: Set<Intent>, expecting: Expectation?) {
        let courtesies: Set<Intent> = [.greet, .thank, .goodbye]
        if openers.contains(.affirm), let probability = best[.affirm],
            best.contains(where: {
                // "Ok, thanks" answers a question, "ok, and is there parking?" does not.
                $0.value >= Limits.sure && $0.key != .affirm
                    && (expecting != .confirmation || !courtesies.contains($0.key))
            })
        {
            best[.affirm] = min(probability, Self.openerBesideWish)
        }
        let small = courtesies.union([.affirm, .deny])
        let highest = best.filter { !small.contains($0.key) }.values.max() ?? 0
        guard highest >= Limits.sure else { return }
        for intent in small {
            guard let probability = best[intent] else { continue }
            best[intent] = min(probability * Self.besideWish, highest - 0.01)
        }
    }

    private static func isOpener(_ words: [String]) -> Bool {
        words.allSatisfy { weakYes.contains($0) }
    }

    private static let weakYes = Lexicon.set(
        """
        ok okay okey oki vale bueno bien perfecto genial dale great good fine certo ta beleza ah oh entiendo claro listo \
        bom bem boa esta todo tudo de acuerdo acordo joia blz got it all super excelente entendi \
        perfeito otimo cool alright right pues muy sure
        """)

    /// A clause by itself or, where that tells more, in two: after a courtesy, or at "and".
    private func parts(of clause: Clause, _ expecting: Expectation?) -> [([String], [Intent: Double])] {
        let entire = probabilities(of: clause.words, expecting)
        if [.greet, .thank, .goodbye].contains(where: { entire[$0, default: 0] >= Limits.sure }) {
            return [(clause.words, entire)]
        }
        var words = clause.words[...]
        var result: [([String], [Intent: Double])] = []
        // "hola tienen una doble": without punctuation too.
        var isTaken = true
        while isTaken, words.count > 1 {
            isTaken = false
            for length in stride(from: min(intents.longestCourtesy, words.count - 1), through: 1, by: -1) {
                if let courtesy = intents.courtesy(words.prefix(length)) {
                    result.append((Array(words.prefix(length)), [courtesy: 0.9]))
                    words = words.dropFirst(length)
                    isTaken = true
                    break
                }
                if let courtesy = intents.courtesy(words.suffix(length)), courtesy != .greet {
                    result.append((Array(words.suffix(length)), [courtesy: 0.9]))
                    words = words.dropLast(length)
                    isTaken = true
                    break
                }
            }
        }
        let rest = Array(words)
        if !result.isEmpty, rest.allSatisfy(Clauses.isSmall) { return result }
        let whole = result.isEmpty ? entire : probabilities(of: rest, expecting)
        return result + (halves(of: rest, expecting, whole) ?? [(rest, whole)])
    }

    /// Mostly unknown words mean little, whatever the few known ones among them suggest.
    private func probabilities(of words: [String], _ expecting: Expectation?) -> [Intent: Double] {
        let probabilities = intents.probabilities(of: words, expecting: expecting)
        let content = words.prefix(Features.maximumWords).filter { !Clauses.isSmall($0) }
        let unknown = content.count { !languages.knows($0) }
        guard unknown >= 3, unknown * 2 > content.count else { return probabilities }
        return probabilities.mapValues { $0 * Self.amongUnknown }
    }

    /// "Price and availability", "hora de entrada y de salida": two sure and different wishes around an "and".
    private func halves(
        of words: [String], _ expecting: Expectation?, _ whole: [Intent: Double]
    ) -> [([String], [Intent: Double])]? {
        var cuts = 0
        for (index, word) in words.enumerated().dropFirst().dropLast() where Clauses.conjunctions.contains(word) {
            cuts += 1
            guard cuts <= 4 else { break }
            let (left, right) = (Array(words[..<index]), Array(words[(index + 1)...]))
            guard !left.allSatisfy(Clauses.isSmall), !right.allSatisfy(Clauses.isSmall) else { continue }
            let parts = [left, right].map { ($0, probabilities(of: $0, expecting)) }
            let tops = parts.map { part in part.1.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) } }
            guard let first = tops[0], let second = tops[1], first.key != second.key, first.value >= Limits.sure,
                second.value >= Limits.sure
            else { continue }
            return parts
        }
        return nil
    }

    // MARK: What is named

    private static let facts: Set<Intent> = [
        .askBreakfast, .askParking, .askWifi, .askCheckInTime, .askCheckOutTime, .askLocation, .help, .thank, .goodbye,
    ]

    /// "What time is breakfast tomorrow?" names no day of arrival.
    private func isBesideThePoint(
        _ found: Found, _ clauses: [Clause], _ ranking: [RankedIntent]
    ) -> Bool {
        switch found.entity {
        case .stay(_, nil), .party, .nights: break
        default: return false
        }
        let sure = ranking.filter { $0.probability >= Limits.alsoMeant }.map(\.intent)
        guard let top = sure.first, Self.facts.contains(top),
            sure.allSatisfy({ Self.facts.contains($0) || $0 == .greet })
        else { return false }
        return clauses.first { $0.range.overlaps(found.range) }.map { !$0.isBare } ?? false
    }

    // MARK: Reading a phrase as a message

    private static let noDay = UnderstandingContext(today: LocalDate(daysSinceEpoch: 20_000), minuteOfDay: 12 * 60)

    /// The words of a phrase as a message's would be: what the grammar would read is a slot.
    static func words(of phrase: PhraseFile.Phrase, _ language: Language) -> [String] {
        let words = phrase.words
        let found = EntityGrammar.read(words, in: noDay, language: language) { _ in true }
        return Clauses.words(of: words, found, in: 0..<words.count)
    }
}
