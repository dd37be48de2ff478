import Contracts

/// A turn while it is being decided: the state, what was said so far, and how to end. Each concern of the dialogue is an extension in a file of its own.
struct Turn {
    var state: DialogueState
    let context: DialogueContext
    let templates: Templates
    /// What this step's reply carries; nil before the reply.
    private(set) var handoffOfThisStep: HandoffRequest?

    init(state: DialogueState, context: DialogueContext, templates: Templates) {
        self.state = state
        self.context = context
        self.templates = templates
    }

    var language: Language { state.language ?? context.hotel.defaultLanguage }

    var wording: Wording {
        Wording(templates: templates, language: language, today: context.today, seed: state.replies)
    }

    /// For staff: in the hotel's language.
    var staffWording: Wording {
        Wording(templates: templates, language: context.hotel.defaultLanguage, today: context.today)
    }

    /// A turn begins with nothing said. What an interrupted one had said went with it.
    mutating func begin() {
        state.turn = TurnMemory()
    }

    // MARK: Speaking

    var memory: TurnMemory {
        get { state.turn ?? TurnMemory() }
        set { state.turn = newValue }
    }

    /// Adds a sentence to the reply.
    mutating func say(_ phrase: Phrase, _ values: [Placeholder: String] = [:]) {
        say(wording.text(phrase, values))
    }

    mutating func say(_ text: String) {
        let sentence = WordForms.sentence(text)
        guard !sentence.isEmpty, !memory.said.contains(sentence) else { return }
        memory.said.append(sentence)
    }

    var hasSaidSomething: Bool { !memory.said.isEmpty || memory.greets }

    // MARK: Ending a step

    mutating func read(_ read: PMSRead, for goal: Goal) -> Decision.Next {
        guard step(towards: goal) else { return giveUp() }
        return .read(read)
    }

    mutating func command(_ command: PMSCommand, for goal: Goal) -> Decision.Next {
        guard step(towards: goal) else { return giveUp() }
        return .command(command)
    }

    private mutating func step(towards goal: Goal) -> Bool {
        memory.steps += 1
        memory.goal = goal
        return memory.steps <= Limits.stepsATurn
    }

    /// Ends the turn with a question; it stays pending until it is answered.
    mutating func ask(_ question: Question) -> Decision.Next {
        state.question = question
        let bubble = put(question)
        if case .confirmBooking(let hold) = question { state.summaryShown = hold }
        return reply(bubble)
    }

    /// Ends the turn: with the pending question when there is one, else with what was said.
    mutating func resume() -> Decision.Next {
        if let question = state.question { return ask(question) }
        if !hasSaidSomething { return reply(opening()) }
        return reply(Bubble())
    }

    /// What a reply holds besides the sentences said.
    struct Bubble {
        var text = ""
        var cards: [OutboundCard] = []
        var buttons: [OutboundButton] = []
        var note: String?
    }

    /// Ends the turn: exactly one message, besides a location or the same words spoken.
    mutating func reply(_ bubble: Bubble) -> Decision.Next {
        var sentences: [String] = []
        if memory.greets { sentences.append(wording.text(.greet)) }
        if !state.introduced { sentences.append(wording.text(.intro, [.hotel: context.hotel.name])) }
        let opening = sentences.joined(separator: " ")
        let note = bubble.note.map { WordForms.clippedAtSentence($0, to: Limits.factCharacters) }
        let text = fitted(
            opening, memory.said, bubble.text, room: Limits.bodyCharacters - (note.map { $0.count + 2 } ?? 0))
        let message = OutboundMessage(
            text: text, language: language, cards: bubble.cards, buttons: Array(bubble.buttons.prefix(Limits.buttons)),
            note: note, listTitle: bubble.cards.isEmpty ? nil : wording.text(.offerListTitle))
        var contents: [OutboundContent] = [.message(message)]
        if memory.sendsLocation, let place = context.hotel.location {
            contents.append(
                .location(
                    latitude: place.latitude, longitude: place.longitude, name: context.hotel.name,
                    address: place.address))
        }
        if memory.speaks {
            contents.append(.voice(text: spoken(opening, bubble, note), language: language))
        }
        handoffOfThisStep = memory.handoff
        if memory.handoff != nil { state.handedOverAt = context.now }
        state.introduced = true
        state.replies += 1
        state.turn = nil
        return .reply(contents)
    }

    /// Ends the turn in silence.
    mutating func stayQuiet() -> Decision.Next {
        state.turn = nil
        return .reply([])
    }

    /// A list stands on lines of its own, so a text that holds line ends is joined by one.
    private func joined(_ parts: [String]) -> String {
        var result = ""
        for part in parts where !part.isEmpty {
            if result.isEmpty {
                result = part
            } else {
                result += (part.contains("\n") || result.contains("\n") ? "\n" : " ") + part
            }
        }
        return result
    }

    /// The question always fits; of what was said before it, the earliest gives way first.
    private func fitted(_ opening: String, _ said: [String], _ question: String, room: Int) -> String {
        let question = WordForms.sentence(question)
        var said = said
        while true {
            let text = joined([opening] + said + [question])
            if text.count <= room { return text }
            if said.isEmpty { return WordForms.clippedAtSentence(text, to: room) }
            said.removeFirst()
        }
    }

    private func spoken(_ opening: String, _ bubble: Bubble, _ note: String?) -> String {
        var parts = [opening] + memory.said
        if bubble.cards.isEmpty {
            parts.append(bubble.text)
        } else {
            // Prices are read between what is offered and the question about it.
            parts += bubble.cards.map { wording.text(.offerSpoken, [.room: $0.title, .total: $0.price]) }
            parts += [note ?? "", bubble.text]
        }
        return SpokenForm(wording: wording).spoken(joined(parts.map(WordForms.sentence)))
    }

    /// Too many steps in a turn: something answers in circles, so a person is called.
    private mutating func giveUp() -> Decision.Next {
        pmsFailed()
    }
}
