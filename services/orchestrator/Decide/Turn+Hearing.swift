import Contracts

/// What a turn's messages come to: courtesies, digressions and attachments are said first, then the wish is pursued.
extension Turn {
    mutating func hear(_ heard: HeardTurn) -> Decision.Next {
        guard !heard.isSilent else { return stayQuiet() }
        if let language = heard.language { state.language = language }
        memory.speaks = heard.isSpoken || heard.asksForVoice
        memory.words = WordForms.clipped(heard.words.joined(separator: " / "), to: Limits.wordsCharacters)
        memory.greets = heard.wants(.greet)
        forgetWhatHasPassed()
        takeOffInterruption(unlessTapped: heard)

        if heard.hasMaskedCard { say(.maskedCard) }
        if heard.isTruncated { say(.truncated) }
        let contactBefore = state.contact
        takeContact(heard)
        if state.contact != contactBefore { state.summaryShown = nil }
        answerFacts(heard)
        receiveAttachments(heard)

        if let tap = heard.taps.last { return follow(tap, heard) }
        if heard.hasUnknownTap {
            say(.unknownButton)
            return resume()
        }
        if heard.wants(.talkToHuman) {
            _ = state.wish.apply(heard.entities, answering: state.question)
            return callReception()
        }
        return pursue(heard, contactChanged: state.contact != contactBefore)
    }

    /// Days go by between messages: what was asked about yesterday is not offered today.
    private mutating func forgetWhatHasPassed() {
        if let checkIn = state.wish.checkIn, checkIn < context.today { state.wish.forgetDates() }
        if let offer = state.offer, offer.stay.checkIn < context.today {
            retireOffer()
            if state.question == .choice {
                say(.offerForgotten)
                state.question = .stay
            }
        }
        if let hold = state.hold, hold.stay.checkIn < context.today {
            state.hold = nil
            state.question = nil
        }
    }

    /// A clarifying question interrupts another one. Whatever comes next is understood against the one beneath; a tap says itself what it means.
    private mutating func takeOffInterruption(unlessTapped heard: HeardTurn) {
        guard heard.taps.isEmpty else { return }
        if case .clarify(_, let over) = state.question { state.question = over }
    }

    private mutating func takeContact(_ heard: HeardTurn) {
        for entity in heard.entities {
            switch entity {
            case .name(let name):
                state.contact.name = WordForms.clipped(name, to: Limits.nameCharacters)
            case .email(let email):
                state.contact.email = email
                state.contact.declinedEmail = false
            default: break
            }
        }
    }

    private mutating func receiveAttachments(_ heard: HeardTurn) {
        if heard.hasUnheardVoice { say(.voiceUnheard) }
        for kind in heard.attachments {
            switch kind {
            case .image, .video, .document, .contacts:
                say(.receivedPicture)
                if !isReceptionTold { requestHandoff("unreadable") }
            case .sticker: say(.receivedSticker)
            case .location: say(.receivedLocation)
            default: say(.receivedUnsupported)
            }
        }
    }

    /// From words to the next step. Booking verbs come first, then answers to the pending question, then what fills the wish, then courtesies.
    mutating func pursue(_ heard: HeardTurn, contactChanged: Bool) -> Decision.Next {
        for case .rooms(let count) in heard.entities where count > 1 {
            _ = state.wish.apply(heard.entities, answering: state.question)
            understoodSomething()
            say(.severalRooms)
            requestHandoff("several_rooms")
            return reply(Bubble())
        }
        if let next = answerYesOrNo(heard, contactChanged: contactChanged) {
            understoodSomething()
            return next
        }
        if let next = pursueBookings(heard) {
            understoodSomething()
            return next
        }
        if let next = pursueStay(heard, contactChanged: contactChanged) {
            understoodSomething()
            return next
        }
        return makeSmallTalk(heard)
    }

    mutating func understoodSomething() {
        state.misunderstood = 0
    }

    /// Yes and no to the question that is open, when nothing else in the turn speaks against it.
    private mutating func answerYesOrNo(_ heard: HeardTurn, contactChanged: Bool) -> Decision.Next? {
        switch state.question {
        case .confirmBooking(let hold):
            guard !contactChanged, !correctsStay(heard) else { return nil }
            if heard.affirms(.makeBooking) { return confirm(hold: hold) }
            if heard.denies { return ask(.editBooking(hold: hold)) }
        case .editBooking:
            if heard.denies, !correctsStay(heard), !contactChanged { return drop() }
        case .confirmCancel(let code):
            guard heard.bookingCode == nil || heard.bookingCode == code else { return nil }
            if heard.affirms(.cancelBooking) { return cancel(code: code) }
            if heard.denies { return keepBooking(code: code) }
        case .confirmChange(let proposal):
            guard !correctsStay(heard) else { return nil }
            if heard.affirms(.changeBooking) { return makeChange(proposal) }
            if heard.denies { return keepBooking(code: proposal.code) }
        case .changeWhat(let code):
            if heard.denies, !correctsStay(heard) { return keepBooking(code: code) }
        case .useOldOffer(let serial, let roomType, let over):
            if heard.affirms() { return takeUpOldOffer(serial, roomType: roomType) }
            state.question = over
            if heard.denies { return resume() }
        default: break
        }
        return nil
    }

    /// Whether the turn names dates, people, a room or one of those shown: then it is no plain yes.
    func correctsStay(_ heard: HeardTurn) -> Bool {
        heard.entities.contains { entity in
            switch entity {
            case .stay, .nights, .impossibleDate, .party, .rooms, .roomType, .choice: !repeatsWhatStands(entity)
            default: false
            }
        }
    }

    /// "Yes, the double from the 3rd to the 5th" names what stands already.
    private func repeatsWhatStands(_ entity: Entity) -> Bool {
        var wish: StayWish
        if case .confirmChange(let proposal) = state.question {
            wish = StayWish(stay: proposal.stay, party: proposal.party, roomType: proposal.roomType.category)
        } else if let hold = state.hold {
            wish = StayWish(stay: hold.stay, party: hold.party, roomType: hold.roomType.category)
        } else {
            return false
        }
        switch entity {
        case .stay(let checkIn, nil): return checkIn == wish.checkIn
        case .stay, .nights, .party, .roomType:
            let before = wish
            _ = wish.apply([entity], answering: nil)
            return (wish.stay, wish.party, wish.roomType) == (before.stay, before.party, before.roomType)
        default: return false
        }
    }
}
