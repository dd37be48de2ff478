import Contracts

/// What the PMS answered, handed to the concern that asked.
extension Turn {
    mutating func take(_ answer: PMSAnswer) -> Decision.Next {
        guard let goal = state.turn?.goal else { return resume() }
        memory.goal = nil
        switch (goal, answer) {
        case (.listRoomTypes, .roomTypes(let roomTypes)): return listRoomTypes(roomTypes)
        case (.search(let choosing), .offers(let offers)): return found(offers, choosing: choosing)
        case (.explainNothingFree, .roomTypes(let roomTypes)): return explainNothingFree(roomTypes)
        case (.nearby(let index), .offers(let offers)): return foundNearby(offers, at: index)
        case (.quote(_, let offered, let renews), .quote(let quote)):
            return quoted(quote, offered: offered, renews: renews)
        case (.lookUp(_, let purpose), .booking(let booking)): return found(booking, for: purpose)
        case (.searchChange, .offers(let offers)): return foundForChange(offers)
        case (_, .failed(let failure)): return failed(goal, failure)
        // An answer to another question than was asked: nothing to build on.
        default: return pmsFailed()
        }
    }

    private mutating func failed(_ goal: Goal, _ failure: PMSFailure) -> Decision.Next {
        switch (goal, failure) {
        case (.search, .invalid):
            // The PMS refuses the stay or the party; its room types tell which.
            return read(.roomTypes, for: .explainNothingFree)
        case (.nearby(let index), .invalid), (.nearby(let index), .notFound):
            return lookNearby(from: index + 1)
        case (.quote(let roomType, _, _), .soldOut), (.quote(let roomType, _, _), .notFound),
            (.quote(let roomType, _, _), .quoteExpired):
            return lostRoom(roomType)
        case (.quote, .invalid):
            say(.datesRefused)
            state.wish.forgetDates()
            return ask(.stay)
        case (.lookUp(_, let purpose), .notFound): return notFound(purpose)
        case (.searchChange, .invalid), (.searchChange, .notFound): return changeSoldOut()
        default: return pmsFailed()
        }
    }

    mutating func take(_ outcome: PMSOutcome) -> Decision.Next {
        guard let goal = state.turn?.goal else { return resume() }
        memory.goal = nil
        switch (goal, outcome) {
        case (.swap(let roomType), _):
            // Released, or gone by itself, or it will run out: either way the conversation lets go of it.
            state.hold = nil
            let offered = state.offer?.offers.first { $0.roomType.id == roomType }?.total
            return quote(roomType, offered: state.offer?.stay == state.wish.stay ? offered : nil, renews: false)
        case (.hold(let renews), .done(let booking)): return holds(booking, renews: renews)
        case (.hold, .failed(.soldOut)), (.hold, .failed(.notFound)):
            return lostRoom(state.offer?.offers.first { $0.roomType.category == state.wish.roomType }?.roomType.id)
        case (.hold, .failed(.quoteExpired)), (.hold, .failed(.holdExpired)):
            return continueSearch(choosing: state.wish.roomType)
        case (.drop, _): return dropped()
        case (.book, .done(let booking)): return booked(booking)
        case (.book, .failed(let failure)): return bookingFailed(failure)
        case (.change(let proposal), .done(let booking)): return changed(booking, from: proposal)
        case (.change(let proposal), .failed(let failure)): return changeFailed(proposal, failure)
        case (.cancel, .done(let booking)): return cancelled(booking)
        case (.cancel(let code), .failed(let failure)): return cancelFailed(code: code, failure)
        default: return pmsFailed()
        }
    }
}
