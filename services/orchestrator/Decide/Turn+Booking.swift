import Contracts

/// From a kept room to a booking: name, e-mail, the summary, and an explicit yes to exactly that summary.
extension Turn {
    /// The next thing that a booking needs. Nothing is asked that was given.
    mutating func continueBooking() -> Decision.Next {
        guard let hold = state.hold else { return continueSearch(choosing: nil) }
        if state.contact.name == nil { return ask(.name) }
        if state.contact.email == nil, !state.contact.declinedEmail || emailIsRequired { return ask(.email) }
        if isOver(hold) { return renew(hold) }
        return ask(.confirmBooking(hold: hold.code))
    }

    /// On the web nothing else tells who the guest is; WhatsApp tells a number.
    var emailIsRequired: Bool { context.channel == "web" || context.phone == nil }

    func isOver(_ hold: Booking) -> Bool {
        hold.holdExpiresAt.map { $0 <= context.now } ?? false
    }

    /// Name and e-mail, given when asked for or corrected later.
    mutating func answerAboutGuest(_ heard: HeardTurn, contactChanged: Bool) -> Decision.Next? {
        guard state.hold != nil else { return nil }
        switch state.question {
        case .name where !contactChanged || state.contact.name == nil:
            // A name that the grammar does not know is still a name when it was asked for and nothing else is meant.
            guard heard.intents.allSatisfy({ $0 == .outOfScope || $0 == .greet }), heard.entities.isEmpty,
                heard.words.count == 1, let name = WordForms.name(in: heard.words[0])
            else { return nil }
            state.contact.name = name
            return continueBooking()
        case .email where !contactChanged:
            guard heard.denies else {
                guard heard.words.contains(where: { $0.contains("@") }) else { return nil }
                say(.emailUnclear)
                return ask(.email)
            }
            return declineEmail()
        default:
            return contactChanged ? continueBooking() : nil
        }
    }

    mutating func declineEmail() -> Decision.Next {
        guard !emailIsRequired else {
            say(.emailRequired)
            return ask(.email)
        }
        state.contact.declinedEmail = true
        return continueBooking()
    }

    /// The guest's yes. It counts only for the summary that stands before them, while the room is kept.
    mutating func confirm(hold code: String) -> Decision.Next {
        guard let hold = state.hold, hold.code == code else {
            say(.staleConfirm)
            return resume()
        }
        guard let name = state.contact.name, state.summaryShown == code else { return continueBooking() }
        guard state.contact.email != nil || !emailIsRequired else { return continueBooking() }
        if isOver(hold) { return renew(hold) }
        state.summaryShown = nil
        return command(
            .book(hold: code, guestName: name, email: state.contact.email, phone: context.phone), for: .book)
    }

    /// The hold ran out: asks for the room again at today's price, and for a new yes.
    mutating func renew(_ hold: Booking) -> Decision.Next {
        say(.holdExpired)
        state.wish = StayWish(stay: hold.stay, party: hold.party, roomType: hold.roomType.category)
        state.hold = nil
        state.summaryShown = nil
        state.question = nil
        if let problem = continueIfPassed(hold) { return problem }
        return quote(hold.roomType.id, offered: hold.total, renews: true)
    }

    private mutating func continueIfPassed(_ hold: Booking) -> Decision.Next? {
        hold.stay.checkIn < context.today ? continueSearch(choosing: nil) : nil
    }

    mutating func booked(_ booking: Booking) -> Decision.Next {
        remember(booking)
        state.hold = nil
        state.summaryShown = nil
        state.question = nil
        state.wish = StayWish()
        retireOffer()
        var values = describe(booking)
        values[.name] = booking.guestName ?? state.contact.name ?? ""
        say(.booked, values)
        sayPayable(booking.payableAtHotel)
        return reply(Bubble())
    }

    mutating func bookingFailed(_ failure: PMSFailure) -> Decision.Next {
        guard let hold = state.hold else { return pmsFailed() }
        switch failure {
        case .holdExpired, .quoteExpired, .notFound: return renew(hold)
        case .soldOut: return lostRoom(hold.roomType.id)
        default:
            // Whether it was booked is not known: a second try could book twice, so a person looks.
            state.hold = nil
            state.question = nil
            say(.bookUnavailable)
            requestHandoff("pms_unavailable")
            return reply(Bubble())
        }
    }

    /// The guest does not want the room.
    mutating func drop() -> Decision.Next {
        guard let hold = state.hold else {
            say(.dropped)
            return reply(Bubble())
        }
        state.summaryShown = nil
        return command(.release(hold: hold.code), for: .drop)
    }

    mutating func dropped() -> Decision.Next {
        state.hold = nil
        state.question = nil
        state.wish.roomType = nil
        retireOffer()
        say(.dropped)
        return reply(Bubble())
    }

    func describe(_ booking: Booking) -> [Placeholder: String] {
        describe(
            code: booking.code, stay: booking.stay, party: booking.party, roomType: booking.roomType,
            total: booking.total)
    }

    func describe(
        code: String, stay: Stay, party: Party, roomType: RoomType, total: Money
    ) -> [Placeholder: String] {
        [
            .code: code,
            .room: wording.name(roomType),
            .dates: wording.dates(stay),
            .nights: wording.nights(stay),
            .people: wording.people(party),
            .total: wording.money(total),
        ]
    }

    mutating func sayPayable(_ amount: Money?) {
        guard let amount, amount.minorUnits > 0 else { return }
        say(.bookingPayable, [.amount: wording.money(amount)])
    }
}
