import Contracts

/// Changing a booking: its own stay is corrected by what the guest says, the difference in price is told, and only a yes to that changes it.
extension Turn {
    mutating func startChanging(_ heard: HeardTurn) -> Decision.Next {
        let entities = stayEntities(heard)
        // Not booked yet: what is to be changed is the room that is kept.
        if state.hold != nil, heard.bookingCode == nil { return editHold(heard) }
        if state.change?.booking != nil, heard.bookingCode == nil, !entities.isEmpty,
            let next = pursueChange(heard)
        {
            return next
        }
        state.change = ChangeWish(entities: entities)
        if let code = heard.bookingCode ?? state.bookings.last(where: { $0.status == .confirmed })?.code {
            return lookUp(code, for: .change)
        }
        if state.question == .choice || state.wish.stay != nil, !entities.isEmpty {
            // Nothing is booked: it is the search that is to be changed.
            state.change = nil
            return pursueStay(heard, contactChanged: false) ?? continueSearch(choosing: nil)
        }
        return ask(.bookingCode(.change))
    }

    private mutating func editHold(_ heard: HeardTurn) -> Decision.Next {
        if let next = pursueStay(heard, contactChanged: false) { return next }
        guard let hold = state.hold else { return resume() }
        return ask(.editBooking(hold: hold.code))
    }

    private func stayEntities(_ heard: HeardTurn) -> [Entity] {
        heard.entities.filter {
            switch $0 {
            case .stay, .nights, .party, .roomType: true
            default: false
            }
        }
    }

    mutating func planChange(of booking: Booking) -> Decision.Next {
        var wish = StayWish(stay: booking.stay, party: booking.party, roomType: booking.roomType.category)
        let changes = wish.apply(state.change?.entities ?? [], answering: nil)
        state.change = ChangeWish(booking: booking, wish: wish)
        return changes.isEmpty ? ask(.changeWhat(code: booking.code)) : searchChange()
    }

    /// Answers to the questions of a change. Nil when none is open or the turn says nothing to it.
    mutating func pursueChange(_ heard: HeardTurn) -> Decision.Next? {
        guard isChanging, var wish = state.change?.wish else { return nil }
        for case .impossibleDate(let words) in heard.entities {
            say(.datesImpossible, [.words: quotable(words)])
            return resume()
        }
        let changes = wish.apply(heard.entities, answering: nil)
        if state.question == .choice, let next = choose(heard, changes: changes) { return next }
        guard !changes.isEmpty else {
            guard !stayEntities(heard).isEmpty else { return nil }
            say(.changeNothingNew)
            return resume()
        }
        state.change?.wish = wish
        return searchChange()
    }

    private var isChanging: Bool {
        switch state.question {
        case .changeWhat, .confirmChange: true
        case .choice: state.offer?.changing != nil
        default: false
        }
    }

    private mutating func searchChange() -> Decision.Next {
        guard let booking = state.change?.booking, let wish = state.change?.wish else { return resume() }
        func again(_ turn: inout Turn) -> Decision.Next {
            turn.state.change?.wish = StayWish(
                stay: booking.stay, party: booking.party, roomType: booking.roomType.category)
            return turn.ask(.changeWhat(code: booking.code))
        }
        if let checkIn = wish.checkIn, checkIn < context.today, checkIn != booking.stay.checkIn {
            say(.datesPast, [.date: wording.date(checkIn)])
            return again(&self)
        }
        guard let stay = wish.stay else {
            say(.datesOrder)
            return again(&self)
        }
        guard stay.nights <= Limits.nightsAStay else {
            say(.datesTooLong, [.nights: wording.nights(stay), .most: wording.counted(.nights, Limits.nightsAStay)])
            return again(&self)
        }
        guard let party = wish.party, party.adults > 0 else {
            if wish.adults == 0 { say(.partyNeedsAdult) }
            // Ages are asked for by the same question as the rest: the pending change keeps what was said.
            guard wish.childrenWithoutAge > 0, wish.adults ?? 0 > 0 else { return again(&self) }
            state.question = .changeWhat(code: booking.code)
            var bubble = Bubble()
            bubble.text = wording.counted(.askChildrenAges, wish.childrenWithoutAge)
            return reply(bubble)
        }
        return read(.availability(stay: stay, party: party, ignoringHold: booking.code), for: .searchChange)
    }

    mutating func foundForChange(_ offers: [Offer]) -> Decision.Next {
        guard let booking = state.change?.booking, let wish = state.change?.wish, let stay = wish.stay,
            let party = wish.party
        else { return resume() }
        guard !offers.isEmpty else { return changeSoldOut() }
        let own =
            wish.roomType == booking.roomType.category ? offers.first { $0.roomType.id == booking.roomType.id } : nil
        if let offer = own ?? offers.first(where: { $0.roomType.category == wish.roomType }) {
            return propose(offer, for: booking.code, stay: stay, party: party)
        }
        return show(offers, stay: stay, party: party, changing: booking.code)
    }

    mutating func changeSoldOut() -> Decision.Next {
        guard let booking = state.change?.booking, let stay = state.change?.wish?.stay else { return pmsFailed() }
        say(.changeSoldOut, [.dates: wording.dates(stay)])
        state.change?.wish = StayWish(stay: booking.stay, party: booking.party, roomType: booking.roomType.category)
        return ask(.changeWhat(code: booking.code))
    }

    mutating func propose(_ offer: Offer, for code: String, stay: Stay, party: Party) -> Decision.Next {
        guard let booking = state.bookings.first(where: { $0.code == code }) else { return lookUp(code, for: .change) }
        state.offerSerial += 1
        if state.offer?.changing != nil { retireOffer() }
        state.change = ChangeWish(
            booking: booking, wish: StayWish(stay: stay, party: party, roomType: offer.roomType.category))
        let proposal = ChangeProposal(
            serial: state.offerSerial, code: code, stay: stay, party: party, roomType: offer.roomType,
            total: offer.total,
            payableAtHotel: offer.payableAtHotel, oldTotal: booking.total)
        return ask(.confirmChange(proposal))
    }

    mutating func makeChange(_ proposal: ChangeProposal) -> Decision.Next {
        command(
            .change(
                code: proposal.code, stay: proposal.stay, party: proposal.party, roomType: proposal.roomType.id,
                agreedTotal: proposal.total),
            for: .change(proposal))
    }

    mutating func changed(_ booking: Booking, from proposal: ChangeProposal) -> Decision.Next {
        remember(booking)
        leaveBookingQuestions()
        state.change = nil
        say(.changed, describe(booking))
        sayPayable(booking.payableAtHotel)
        return resumeAfterBooking(nil)
    }

    mutating func changeFailed(_ proposal: ChangeProposal, _ failure: PMSFailure) -> Decision.Next {
        switch failure {
        case .soldOut:
            return changeSoldOut()
        case .quoteExpired:
            // Another price than was agreed: looks again and asks again.
            return searchChange()
        case .notFound:
            return notFound(.change)
        case .alreadyCancelled, .notChangeable, .invalid, .holdExpired:
            leaveBookingQuestions()
            state.change = nil
            say(.changeRefused)
            requestHandoff("not_changeable")
            return reply(Bubble())
        case .unavailable:
            return pmsFailed()
        }
    }
}
