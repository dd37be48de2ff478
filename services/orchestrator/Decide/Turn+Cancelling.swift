import Contracts

/// Cancelling: what it means is told first, and only a yes to that question cancels.
extension Turn {
    mutating func startCancelling(_ heard: HeardTurn) -> Decision.Next {
        if let code = heard.bookingCode { return lookUp(code, for: .cancel) }
        if state.hold != nil { return drop() }
        if let last = state.bookings.last(where: { $0.status == .confirmed }) ?? state.bookings.last {
            return lookUp(last.code, for: .cancel)
        }
        say(.cancelNothingHere)
        return ask(.bookingCode(.cancel))
    }

    mutating func askToCancel(_ booking: Booking) -> Decision.Next {
        say(.cancelSummary, describe(booking))
        sayFact("cancellation")
        return ask(.confirmCancel(code: booking.code))
    }

    mutating func cancel(code: String) -> Decision.Next {
        command(.cancel(code: code), for: .cancel(code: code))
    }

    mutating func cancelled(_ booking: Booking) -> Decision.Next {
        remember(booking)
        leaveBookingQuestions()
        say(.cancelled, [.code: booking.code, .dates: wording.dates(booking.stay)])
        return resumeAfterBooking(nil)
    }

    mutating func cancelFailed(code: String, _ failure: PMSFailure) -> Decision.Next {
        switch failure {
        case .alreadyCancelled:
            guard var booking = state.bookings.first(where: { $0.code == code }) else { return pmsFailed() }
            booking.status = .cancelled
            remember(booking)
            leaveBookingQuestions()
            say(.bookingCancelled, [.code: code, .dates: wording.dates(booking.stay)])
            return resumeAfterBooking(nil)
        case .notFound:
            return notFound(.cancel)
        case .notChangeable:
            leaveBookingQuestions()
            say(.changeRefused)
            requestHandoff("not_changeable")
            return reply(Bubble())
        default:
            return pmsFailed()
        }
    }

    /// The guest would rather leave the booking alone.
    mutating func keepBooking(code: String) -> Decision.Next {
        leaveBookingQuestions()
        state.change = nil
        if state.offer?.changing != nil {
            retireOffer()
            if state.question == .choice { state.question = nil }
        }
        guard let booking = state.bookings.first(where: { $0.code == code }) else { return resume() }
        let phrase: Phrase = booking.status == .cancelled ? .bookingCancelled : .kept
        say(phrase, [.code: code, .dates: wording.dates(booking.stay)])
        return resumeAfterBooking(nil)
    }
}
