import Contracts

/// Courtesies, what is out of reach, and what was not understood.
extension Turn {
    mutating func makeSmallTalk(_ heard: HeardTurn) -> Decision.Next {
        let saidFacts = hasSaidSomething
        if heard.wants(.help) {
            understoodSomething()
            say(.help)
            return resume()
        }
        if heard.wants(.outOfScope) {
            understoodSomething()
            say(.outOfScope, [.hotel: context.hotel.name])
            return resume()
        }
        if heard.wants(.goodbye) {
            understoodSomething()
            return sayGoodbye()
        }
        if heard.wants(.thank) {
            understoodSomething()
            say(.thank)
            return state.hold == nil ? reply(Bubble()) : resume()
        }
        if heard.wants(.deny), state.question == nil {
            understoodSomething()
            say(.acknowledge)
            return reply(Bubble())
        }
        if heard.hasUnclearWords, !heard.intents.contains(where: { $0 != .greet }) { return clarify(heard) }
        if !saidFacts, !heard.entities.isEmpty, state.question == nil, heard.entities != [.answerByVoice] {
            say(.noted)
        }
        understoodSomething()
        if case .bookingCode = state.question, heard.denies {
            state.question = nil
            say(.acknowledge)
            return reply(Bubble())
        }
        if state.question == nil, memory.greets || heard.wants(.affirm) || !hasSaidSomething { return reply(opening()) }
        return resume()
    }

    private mutating func sayGoodbye() -> Decision.Next {
        guard let hold = state.hold, let expires = hold.holdExpiresAt, expires > context.now else {
            say(.goodbye)
            return reply(Bubble())
        }
        let minute = context.minuteOfDay + (expires - context.now) / 60
        say(.goodbyeHeld, [.room: wording.name(hold.roomType), .time: wording.time(minuteOfDay: minute)])
        return reply(Bubble())
    }

    /// "How can I help you?" with first steps.
    func opening() -> Bubble {
        var bubble = Bubble()
        bubble.text = wording.text(.askHelp)
        bubble.buttons = [
            label(.checkAvailability), label(.checkBooking), label(.talkToHuman),
        ]
        return bubble
    }

    func label(_ intent: Intent) -> OutboundButton {
        OutboundButton(
            id: Tap.intent(intent, reply: state.replies).id,
            title: wording.form(.label, intent.rawValue) ?? intent.rawValue)
    }

    /// One clarifying question with the two best guesses; twice in a row, a person.
    private mutating func clarify(_ heard: HeardTurn) -> Decision.Next {
        state.misunderstood += 1
        if case .name = state.question { say(.nameUnclear) }
        guard state.misunderstood < 2 else {
            state.misunderstood = 0
            if isReceptionTold {
                say(.handoffAlready)
            } else {
                say(.handoffNotUnderstood)
                requestHandoff("not_understood")
            }
            return reply(Bubble())
        }
        // With a question open whose answer is free text, putting it again helps more than guessing.
        switch state.question {
        case .name, .email, .stay, .nights, .party, .childrenAges, .bookingCode:
            if case .email = state.question { say(.emailUnclear) }
            return resume()
        default: break
        }
        let courtesies: Set<Intent> = [.greet, .thank, .goodbye, .affirm, .deny, .outOfScope, .talkToHuman]
        var guesses: [Intent] = []
        for guess in heard.guesses.map(\.intent) + [.checkAvailability, .checkBooking]
        where !courtesies.contains(guess) && !guesses.contains(guess) && guesses.count < 2 {
            guesses.append(guess)
        }
        return ask(.clarify(guesses, over: state.question))
    }
}
