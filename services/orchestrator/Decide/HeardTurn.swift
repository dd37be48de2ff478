import Contracts

/// The messages of a turn as one wish: "hello", "from the 3rd to the 5th" and "two of us" belong together.
struct HeardTurn {
    /// What is meant surely enough, each once, in order.
    var intents: [Intent] = []
    /// Of all messages, in order: a later one corrects an earlier one.
    var entities: [Entity] = []
    /// Each once, in order.
    var taps: [Tap] = []
    /// A button that this version never sent.
    var hasUnknownTap = false
    /// What came besides words.
    var attachments: [InboundContent.Kind] = []
    /// A voice note whose words are not known.
    var hasUnheardVoice = false
    var words: [String] = []
    var isSpoken = false
    var asksForVoice = false
    var hasMaskedCard = false
    var isTruncated = false
    /// Told surely enough by the last message that tells it.
    var language: Language?
    /// All intents of messages that were not understood, best first: what to ask about.
    var guesses: [RankedIntent] = []
    /// Words came that gave neither a sure intent nor an entity.
    var hasUnclearWords = false
    private var ranked: [[RankedIntent]] = []

    init(_ messages: [Heard]) {
        for message in messages { take(message) }
        guesses.sort { $0.probability > $1.probability }
    }

    /// Reactions and the provider's notices: nothing to answer.
    var isSilent: Bool {
        words.isEmpty && taps.isEmpty && !hasUnknownTap && attachments.isEmpty && !hasUnheardVoice && !hasUnclearWords
            && intents.isEmpty && entities.isEmpty
    }

    func wants(_ intent: Intent) -> Bool { intents.contains(intent) }

    /// A clear yes and no "no"; `verb` is what was asked about, whose mention beside a yes is a yes ("yes, book it").
    func affirms(_ verb: Intent? = nil) -> Bool {
        guard !wants(.deny) else { return false }
        if wants(.affirm) { return true }
        guard let verb else { return false }
        return ranked.contains { ranking in
            ranking.first?.intent == verb
                && ranking.contains { $0.intent == .affirm && $0.probability >= Limits.leaning }
        }
    }

    var denies: Bool { wants(.deny) && !wants(.affirm) }

    var bookingCode: String? {
        for case .bookingCode(let code) in entities.reversed() { return code }
        return nil
    }

    var choice: Choice? {
        for case .choice(let choice) in entities.reversed() { return choice }
        return nil
    }

    private mutating func take(_ message: Heard) {
        let content = message.content
        hasMaskedCard = hasMaskedCard || content.maskedCard == true
        isTruncated = isTruncated || content.truncated == true
        switch content.kind {
        case .reaction, .system:
            return
        case .button:
            guard let id = content.buttonID, let tap = Tap(id: id) else {
                hasUnknownTap = true
                return
            }
            // The title is ours, not the guest's: it tells neither language nor wish.
            if !taps.contains(tap) { taps.append(tap) }
            return
        case .voice:
            guard message.understood != nil else {
                hasUnheardVoice = true
                return
            }
            isSpoken = true
        case .image, .video, .document, .sticker, .location, .contacts, .unsupported:
            attachments.append(content.kind)
        case .text:
            break
        }
        if let text = content.text, text.contains(where: { !$0.isWhitespace }) { words.append(text) }
        guard let understood = message.understood else {
            // A text without an understanding is one that nobody could make sense of; a picture needs no words.
            if content.kind == .text { hasUnclearWords = true }
            return
        }
        take(understood)
    }

    private mutating func take(_ understood: Understood) {
        if understood.languageConfidence >= Limits.languageSure { language = understood.language }
        entities += understood.entities
        if understood.entities.contains(.answerByVoice) { asksForVoice = true }
        ranked.append(understood.intents)
        var isUnderstood = !understood.entities.isEmpty
        for (rank, guess) in understood.intents.enumerated() {
            let bar = rank == 0 ? Limits.sure : Limits.alsoMeant
            guard guess.probability >= bar, rank > 0 || guess.probability >= Limits.sure else { continue }
            guard
                rank == 0 || (understood.intents.first?.probability ?? 0) >= Limits.sure
                    || guess.probability >= Limits.sure
            else { continue }
            isUnderstood = true
            if !intents.contains(guess.intent) { intents.append(guess.intent) }
        }
        if !isUnderstood {
            hasUnclearWords = true
            guesses += understood.intents
        }
    }
}
