import Contracts

/// Buttons and cards. One that belongs to an earlier offer is noticed, said, and asked about; the same one twice changes nothing.
extension Turn {
    mutating func follow(_ tap: Tap, _ heard: HeardTurn) -> Decision.Next {
        state.misunderstood = 0
        switch tap {
        case .choose(let serial, let roomType): return tapped(roomType, of: serial)
        case .otherDates:
            settleClarification()
            var bubble = put(.stay)
            bubble.text = wording.text(.askOtherStay)
            state.question = .stay
            return reply(bubble)
        case .reception:
            settleClarification()
            return callReception()
        case .confirm(let code): return tappedConfirm(code, among: heard)
        case .edit(let code):
            return state.hold?.code == code ? ask(.editBooking(hold: code)) : stale(code)
        case .drop(let code):
            return state.hold?.code == code ? drop() : stale(code)
        case .skipEmail(let code):
            guard state.hold?.code == code else { return stale(code) }
            return state.contact.email == nil ? declineEmail() : continueBooking()
        case .cancel(let code):
            if state.question == .confirmCancel(code: code), heard.taps.count == 1 { return cancel(code: code) }
            return lookUp(code, for: .cancel)
        case .keep(let code): return keepBooking(code: code)
        case .change(let serial, let code):
            if case .confirmChange(let proposal) = state.question, proposal.serial == serial, proposal.code == code,
                heard.taps.count == 1
            {
                return makeChange(proposal)
            }
            say(.staleConfirm)
            return state.question == nil ? lookUp(code, for: .check) : resume()
        case .leave(_, let code): return keepBooking(code: code)
        case .startChange(let code):
            settleClarification()
            state.change = ChangeWish()
            return lookUp(code, for: .change)
        case .startCancel(let code):
            settleClarification()
            return lookUp(code, for: .cancel)
        case .intent(let intent, _): return tapped(intent)
        case .oldOffer(let serial, let roomType):
            if case .useOldOffer(let asked, _, _) = state.question, asked == serial {
                return takeUpOldOffer(serial, roomType: roomType)
            }
            return tapped(roomType, of: serial)
        case .currentOffer:
            if case .useOldOffer(_, _, let over) = state.question { state.question = over }
            return resume()
        }
    }

    private mutating func settleClarification() {
        if case .clarify(_, let over) = state.question { state.question = over }
        if case .useOldOffer(_, _, let over) = state.question { state.question = over }
    }

    private mutating func tapped(_ roomType: String, of serial: Int) -> Decision.Next {
        settleClarification()
        if let offer = state.offer, offer.serial == serial {
            guard let chosen = offer.offers.first(where: { $0.roomType.id == roomType }) else {
                say(.offerUnknownChoice)
                return resume()
            }
            return choose(chosen)
        }
        guard let old = state.pastOffers.first(where: { $0.serial == serial }) else {
            say(.offerForgotten)
            return resume()
        }
        if let booking = state.bookings.last(where: {
            $0.status == .confirmed && $0.stay == old.stay && $0.party == old.party && $0.roomType.id == roomType
        }) {
            say(.alreadyBooked, describe(booking))
            return state.question == nil ? reply(Bubble()) : resume()
        }
        return ask(.useOldOffer(serial: serial, roomType: roomType, over: state.question))
    }

    /// Back to an earlier offer: what it offered is looked up again, at today's price.
    mutating func takeUpOldOffer(_ serial: Int, roomType: String) -> Decision.Next {
        guard let old = state.pastOffers.first(where: { $0.serial == serial }) else {
            settleClarification()
            say(.offerForgotten)
            return resume()
        }
        state.question = nil
        state.change = nil
        state.wish = StayWish(stay: old.stay, party: old.party, roomType: nil)
        return continueSearch(choosing: roomType)
    }

    /// A tap on "confirm" is a yes only to the summary that it stood under, and only when nothing else was tapped or said against it.
    private mutating func tappedConfirm(_ code: String, among heard: HeardTurn) -> Decision.Next {
        settleClarification()
        guard state.hold?.code == code else { return stale(code) }
        guard heard.taps.count == 1, !heard.wants(.deny), !correctsStay(heard), state.summaryShown == code else {
            if let hold = state.hold {
                state.wish = StayWish(stay: hold.stay, party: hold.party, roomType: hold.roomType.category)
            }
            return continueBooking()
        }
        return confirm(hold: code)
    }

    /// A button of a hold that is no longer the current one: booked meanwhile, or given up.
    private mutating func stale(_ code: String) -> Decision.Next {
        settleClarification()
        if let booking = state.bookings.first(where: { $0.code == code }) {
            if booking.status == .cancelled {
                say(.bookingCancelled, [.code: code, .dates: wording.dates(booking.stay)])
            } else {
                say(.alreadyBooked, describe(booking))
            }
            return state.question == nil ? reply(Bubble()) : resume()
        }
        say(.staleConfirm)
        return state.question == nil ? reply(opening()) : resume()
    }

    private mutating func tapped(_ intent: Intent) -> Decision.Next {
        settleClarification()
        var heard = HeardTurn([])
        heard.intents = [intent]
        if intent == .talkToHuman { return callReception() }
        answerFacts(heard)
        return pursue(heard, contactChanged: false)
    }
}
