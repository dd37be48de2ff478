import Contracts

/// From what a guest has in mind to a search: slots are filled and checked, and the first that is missing is asked for.
extension Turn {
    /// Nil when the turn holds nothing about a new stay.
    mutating func pursueStay(_ heard: HeardTurn, contactChanged: Bool) -> Decision.Next? {
        for case .impossibleDate(let words) in heard.entities {
            say(.datesImpossible, [.words: quotable(words)])
            _ = state.wish.apply(heard.entities, answering: state.question)
            return state.wish.stay == nil || state.hold != nil ? ask(.stay) : continueSearch(choosing: nil)
        }
        let changes = state.wish.apply(heard.entities, answering: state.question)
        if let next = choose(heard, changes: changes) { return next }
        if state.hold != nil, let next = correctHold(changes) { return next }
        if let next = answerAboutGuest(heard, contactChanged: contactChanged) { return next }
        if !changes.isEmpty { return continueSearch(choosing: nil) }

        let asksForRooms = [Intent.checkAvailability, .askPrice, .makeBooking, .askRoomTypes].contains(
            where: heard.wants)
        guard asksForRooms else { return nil }
        if state.hold != nil { return continueBooking() }
        if heard.wants(.askRoomTypes), state.wish.stay == nil { return read(.roomTypes, for: .listRoomTypes) }
        if state.question == .choice, let offer = state.offer {
            if heard.wants(.makeBooking), offer.offers.count == 1 { return choose(offer.offers[0]) }
            if !heard.wants(.checkAvailability) { return ask(.choice) }
        }
        return continueSearch(choosing: nil)
    }

    /// Asks for what is missing, says what can't be, or looks.
    mutating func continueSearch(choosing: String?) -> Decision.Next {
        if let problem = problemWithDates() { return problem }
        guard state.wish.checkIn != nil else { return ask(.stay) }
        guard let stay = state.wish.stay else { return ask(.nights) }
        if state.wish.childrenWithoutAge > 0 { return ask(state.wish.adults == nil ? .party : .childrenAges) }
        guard let party = state.wish.party else { return ask(.party) }
        guard party.adults > 0 else {
            say(.partyNeedsAdult)
            state.wish.adults = nil
            return ask(.party)
        }
        return read(
            .availability(stay: stay, party: party, ignoringHold: state.hold?.code), for: .search(choosing: choosing))
    }

    /// Dates that no hotel can sell are named as such, and asked for again.
    private mutating func problemWithDates() -> Decision.Next? {
        guard let checkIn = state.wish.checkIn else { return nil }
        if checkIn < context.today {
            say(.datesPast, [.date: wording.date(checkIn)])
        } else if let checkOut = state.wish.checkOut, checkOut <= checkIn {
            say(.datesOrder)
        } else if let stay = state.wish.stay, stay.nights > Limits.nightsAStay {
            say(
                .datesTooLong,
                [.nights: wording.nights(stay), .most: wording.counted(.nights, Limits.nightsAStay)])
        } else {
            return nil
        }
        state.wish.forgetDates()
        return ask(.stay)
    }

    /// The guest's own words inside a sentence of ours.
    func quotable(_ words: String) -> String {
        WordForms.clipped(words.filter { !"?¿\n".contains($0) }, to: Limits.nameCharacters)
    }

    // MARK: What the PMS says

    mutating func found(_ offers: [Offer], choosing: String?) -> Decision.Next {
        guard let stay = state.wish.stay, let party = state.wish.party else { return continueSearch(choosing: nil) }
        if let choosing,
            let offer = offers.first(where: { $0.roomType.id == choosing })
                ?? offers.first(where: { $0.roomType.category == choosing })
        {
            return take(offer, stay: stay, party: party)
        }
        guard !offers.isEmpty else { return read(.roomTypes, for: .explainNothingFree) }
        return show(offers, stay: stay, party: party, changing: nil)
    }

    /// The room types tell whether the party is too large for any room, or the house is full.
    mutating func explainNothingFree(_ roomTypes: [RoomType]) -> Decision.Next {
        guard let stay = state.wish.stay, let party = state.wish.party else { return continueSearch(choosing: nil) }
        let fits = roomTypes.contains { $0.capacity >= party.people && $0.maximumAdults >= party.adults }
        guard fits else {
            let most = roomTypes.map(\.capacity).max() ?? 0
            say(
                .partyTooLarge,
                [
                    .most: wording.counted(.people, most),
                    .people: wording.people(party),
                ])
            if restoreHold() { return continueBooking() }
            state.wish.adults = nil
            state.wish.children = []
            state.question = .party
            var bubble = put(.party)
            bubble.buttons = [receptionButton]
            return reply(bubble)
        }
        say(.offerSoldOut, [.dates: wording.dates(stay)])
        if restoreHold() { return continueBooking() }
        return lookNearby(from: 0)
    }

    /// What was wanted instead is not to be had: the room that is still kept is what the talk is about again.
    private mutating func restoreHold() -> Bool {
        guard let hold = state.hold else { return false }
        state.wish = StayWish(stay: hold.stay, party: hold.party, roomType: hold.roomType.category)
        say(.stillHeld, [.room: wording.name(hold.roomType), .dates: wording.dates(hold.stay)])
        return true
    }

    mutating func lookNearby(from index: Int) -> Decision.Next {
        guard let party = state.wish.party else { return ask(.party) }
        for (next, days) in Limits.nearbyShifts.enumerated().dropFirst(index) {
            guard let stay = shifted(by: days), stay.checkIn >= context.today else { continue }
            return read(.availability(stay: stay, party: party, ignoringHold: state.hold?.code), for: .nearby(next))
        }
        state.wish.forgetDates()
        state.question = .stay
        var bubble = put(.stay)
        bubble.text = wording.text(.askOtherStay)
        bubble.buttons = [receptionButton]
        return reply(bubble)
    }

    mutating func foundNearby(_ offers: [Offer], at index: Int) -> Decision.Next {
        guard let party = state.wish.party, Limits.nearbyShifts.indices.contains(index),
            let stay = shifted(by: Limits.nearbyShifts[index])
        else { return continueSearch(choosing: nil) }
        if offers.isEmpty { return lookNearby(from: index + 1) }
        say(.offerNearby)
        return show(offers, stay: stay, party: party, changing: nil)
    }

    private func shifted(by days: Int) -> Stay? {
        state.wish.stay.flatMap {
            Stay(checkIn: $0.checkIn.adding(days: days), checkOut: $0.checkOut.adding(days: days))
        }
    }

    mutating func listRoomTypes(_ roomTypes: [RoomType]) -> Decision.Next {
        let lines = roomTypes.prefix(Limits.cards).map { roomType in
            wording.text(
                .roomTypesLine,
                [
                    .room: wording.name(roomType),
                    .people: wording.counted(.people, roomType.capacity),
                    .summary: WordForms.clipped(wording.summary(roomType), to: Limits.rowDescription),
                ])
        }
        if !lines.isEmpty { say(([wording.text(.roomTypesList)] + lines).joined(separator: "\n")) }
        return continueSearch(choosing: nil)
    }
}
