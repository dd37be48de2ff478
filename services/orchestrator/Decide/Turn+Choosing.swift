import Contracts

/// Rooms are shown, one is chosen by tap, number, name or price, and kept while the guest decides.
extension Turn {
    /// The asked-for type first, then by price; each showing has a serial of its own, so that a card tapped later is known for what it was.
    mutating func show(_ offers: [Offer], stay: Stay, party: Party, changing: String?) -> Decision.Next {
        retireOffer()
        let wanted = changing == nil ? state.wish.roomType : state.change?.wish?.roomType
        if let wanted, !offers.contains(where: { $0.roomType.category == wanted }), let words = wording.category(wanted)
        {
            say(.offerWithoutType, [.type: words])
        }
        let sorted = offers.enumerated().sorted { left, right in
            let (leftWanted, rightWanted) = (
                left.element.roomType.category == wanted, right.element.roomType.category == wanted
            )
            if leftWanted != rightWanted { return leftWanted }
            let (leftTotal, rightTotal) = (left.element.total.minorUnits, right.element.total.minorUnits)
            return leftTotal == rightTotal ? left.offset < right.offset : leftTotal < rightTotal
        }
        state.offerSerial += 1
        state.offer = ShownOffer(
            serial: state.offerSerial, stay: stay, party: party,
            offers: sorted.prefix(Limits.cards).map(\.element), changing: changing)
        return ask(.choice)
    }

    mutating func retireOffer() {
        guard let offer = state.offer else { return }
        state.pastOffers.append(PastOffer(serial: offer.serial, stay: offer.stay, party: offer.party))
        state.pastOffers.removeFirst(max(0, state.pastOffers.count - Limits.pastOffers))
        state.offer = nil
    }

    /// The room that a guest's words mean among those shown; nil when they mean none, or the dates changed as well.
    mutating func choose(_ heard: HeardTurn, changes: StayWish.Changes) -> Decision.Next? {
        guard let offer = state.offer, !changes.contains(.dates), !changes.contains(.party) else { return nil }
        if let choice = heard.choice {
            guard let chosen = offer.offers.chosen(by: choice) else {
                say(.offerUnknownChoice)
                return ask(.choice)
            }
            return choose(chosen)
        }
        let named = heard.entities.reversed().lazy.compactMap { entity -> String? in
            if case .roomType(let category) = entity { category } else { nil }
        }.first
        guard state.question == .choice || (state.hold != nil && named != nil) else { return nil }
        if let chosen = offer.offers.named(in: heard.words, wording: wording) {
            if named != nil || state.hold == nil { return choose(chosen) }
        }
        if let named {
            if let chosen = offer.offers.first(where: { $0.roomType.category == named }) { return choose(chosen) }
            guard state.hold == nil, let words = wording.category(named) else { return nil }
            say(.offerWithoutType, [.type: words])
            return ask(.choice)
        }
        guard state.question == .choice else { return nil }
        if heard.affirms(), offer.offers.count == 1 { return choose(offer.offers[0]) }
        if heard.denies {
            var bubble = put(.stay)
            bubble.text = wording.text(.askOtherStay)
            bubble.buttons = [receptionButton]
            state.question = .stay
            return reply(bubble)
        }
        return nil
    }

    /// Takes one of the rooms shown last. The same one again changes nothing.
    mutating func choose(_ chosen: Offer) -> Decision.Next {
        guard let offer = state.offer else { return resume() }
        if let code = offer.changing { return propose(chosen, for: code, stay: offer.stay, party: offer.party) }
        return take(chosen, stay: offer.stay, party: offer.party)
    }

    /// Keeps this room: a hold on another one is given back first.
    mutating func take(_ offer: Offer, stay: Stay, party: Party) -> Decision.Next {
        state.wish = StayWish(stay: stay, party: party, roomType: offer.roomType.category)
        guard let hold = state.hold else { return quote(offer.roomType.id, offered: offer.total, renews: false) }
        if hold.roomType.id == offer.roomType.id, hold.stay == stay, hold.party == party { return continueBooking() }
        state.summaryShown = nil
        return command(.release(hold: hold.code), for: .swap(roomType: offer.roomType.id))
    }

    mutating func quote(_ roomType: String, offered: Money?, renews: Bool) -> Decision.Next {
        guard let stay = state.wish.stay, let party = state.wish.party else {
            return continueSearch(choosing: roomType)
        }
        return read(
            .quote(stay: stay, party: party, roomType: roomType),
            for: .quote(roomType: roomType, offered: offered, renews: renews))
    }

    mutating func quoted(_ quote: Quote, offered: Money?, renews: Bool) -> Decision.Next {
        if let offered, offered != quote.offer.total {
            say(.priceChanged, [.was: wording.money(offered), .total: wording.money(quote.offer.total)])
        }
        return command(.hold(quote: quote.id), for: .hold(renews: renews))
    }

    mutating func holds(_ booking: Booking, renews: Bool) -> Decision.Next {
        state.hold = booking
        state.summaryShown = nil
        // Cards of other nights or people are an earlier offer's from now on.
        if let offer = state.offer, offer.stay != booking.stay || offer.party != booking.party { retireOffer() }
        if renews {
            say(.holdRenewed)
        } else if let expires = booking.holdExpiresAt, expires > context.now + 60 {
            say(.held, [.minutes: wording.counted(.minutes, (expires - context.now) / 60)])
        }
        return continueBooking()
    }

    /// Between the offer and the hold somebody else was quicker: says so and shows what is left.
    mutating func lostRoom(_ roomType: String?) -> Decision.Next {
        let known =
            state.offer?.offers.first { $0.roomType.id == roomType }?.roomType
            ?? (state.hold?.roomType.id == roomType ? state.hold?.roomType : nil)
        say(.offerGone, [.room: known.map(wording.name) ?? wording.text(.roomFallback)])
        state.hold = nil
        state.summaryShown = nil
        state.wish.roomType = nil
        return continueSearch(choosing: nil)
    }

    /// Dates, people or room corrected while a room is kept: looks first, and gives the old one back only for the new one.
    mutating func correctHold(_ changes: StayWish.Changes) -> Decision.Next? {
        guard let hold = state.hold, !changes.isEmpty else { return nil }
        state.summaryShown = nil
        if let roomType = state.wish.roomType, roomType != hold.roomType.category {
            return continueSearch(choosing: roomType)
        }
        return continueSearch(choosing: hold.roomType.id)
    }
}

extension [Offer] {
    /// Nil when the number is beyond the list.
    func chosen(by choice: Choice) -> Offer? {
        switch choice {
        case .ordinal(let number): number >= 1 && number <= count ? self[number - 1] : nil
        case .last: last
        case .cheapest: self.min { $0.total.minorUnits < $1.total.minorUnits }
        case .dearest: self.max { $0.total.minorUnits < $1.total.minorUnits }
        }
    }

    /// The one whose name stands in the guest's words; of several, the longest name ("doble superior" is not "doble").
    func named(in words: [String], wording: Wording) -> Offer? {
        let texts = words.map { " " + WordForms.folded($0) + " " }
        var best: (offer: Offer, length: Int)?
        for offer in self {
            for name in offer.roomType.name.values.sorted() {
                let folded = WordForms.folded(name)
                guard folded.count >= 3, texts.contains(where: { $0.contains(" " + folded + " ") }) else { continue }
                if folded.count > best?.length ?? 0 { best = (offer, folded.count) }
            }
        }
        return best?.offer
    }
}
