import Contracts

/// Bookings that exist: found by the code, or the last one of this conversation; then shown, changed or cancelled.
extension Turn {
    /// Nil when the turn holds nothing about an existing booking.
    mutating func pursueBookings(_ heard: HeardTurn) -> Decision.Next? {
        if heard.wants(.cancelBooking) { return startCancelling(heard) }
        if heard.wants(.changeBooking) { return startChanging(heard) }
        if case .bookingCode(let purpose) = state.question, let code = heard.bookingCode {
            return lookUp(code, for: purpose)
        }
        if heard.wants(.checkBooking) { return startChecking(heard) }
        if let next = pursueChange(heard) { return next }
        if let code = heard.bookingCode { return lookUp(code, for: .check) }
        return nil
    }

    private mutating func startChecking(_ heard: HeardTurn) -> Decision.Next {
        if let code = heard.bookingCode ?? state.bookings.last?.code { return lookUp(code, for: .check) }
        if state.hold != nil {
            say(.bookingNotYet)
            return continueBooking()
        }
        return ask(.bookingCode(.check))
    }

    /// Every failed look-up reads alike, and after a few in an hour nothing is looked up at all: codes can't be guessed here.
    mutating func lookUp(_ code: String, for purpose: LookUpPurpose) -> Decision.Next {
        state.failedLookUps.removeAll { $0 <= context.now - Limits.lookUpWindowSeconds }
        guard state.failedLookUps.count < Limits.failedLookUps else {
            if case .bookingCode = state.question { state.question = nil }
            say(.bookingTooManyLookUps)
            requestHandoff("asked")
            return reply(Bubble())
        }
        return read(.booking(code: code), for: .lookUp(code: code, purpose))
    }

    mutating func found(_ booking: Booking, for purpose: LookUpPurpose) -> Decision.Next {
        switch booking.status {
        case .held where booking.code == state.hold?.code:
            say(.bookingNotYet)
            return continueBooking()
        case .held, .expired:
            return notFound(purpose)
        case .cancelled:
            remember(booking)
            leaveBookingQuestions()
            say(.bookingCancelled, [.code: booking.code, .dates: wording.dates(booking.stay)])
            return resumeAfterBooking(nil)
        case .confirmed:
            remember(booking)
            leaveBookingQuestions()
        }
        switch purpose {
        case .check:
            say(.bookingShown, describe(booking))
            sayPayable(booking.payableAtHotel)
            return resumeAfterBooking(booking)
        case .cancel: return askToCancel(booking)
        case .change: return planChange(of: booking)
        }
    }

    mutating func notFound(_ purpose: LookUpPurpose) -> Decision.Next {
        state.failedLookUps.append(context.now)
        state.failedLookUps.removeFirst(max(0, state.failedLookUps.count - Limits.failedLookUps))
        say(.bookingNotFound)
        return ask(.bookingCode(purpose))
    }

    /// A question about a booking that has just been answered is no longer open.
    mutating func leaveBookingQuestions() {
        switch state.question {
        case .bookingCode, .confirmCancel, .changeWhat, .confirmChange: state.question = nil
        default: break
        }
    }

    /// Goes back to the booking under way, or leaves it at what was said, with what can be done to the booking shown.
    mutating func resumeAfterBooking(_ booking: Booking?) -> Decision.Next {
        if state.question != nil { return resume() }
        if state.hold != nil { return continueBooking() }
        guard let booking else { return reply(Bubble()) }
        var bubble = Bubble()
        bubble.buttons = [
            button(.buttonStartChange, .startChange(code: booking.code)),
            button(.buttonStartCancel, .startCancel(code: booking.code)),
        ]
        return reply(bubble)
    }

    mutating func remember(_ booking: Booking) {
        state.bookings.removeAll { $0.code == booking.code }
        state.bookings.append(booking)
        state.bookings.removeFirst(max(0, state.bookings.count - Limits.bookings))
    }
}
