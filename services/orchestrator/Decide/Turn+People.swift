import Contracts

/// When a person has to help: the guest asks, nothing is understood, the PMS is away.
extension Turn {
    mutating func requestHandoff(_ reason: String) {
        guard memory.handoff == nil else { return }
        memory.handoff = HandoffRequest(reason: reason, summary: staffSummary())
    }

    /// A person was called a short while ago: the same wish does not call them again.
    var isReceptionTold: Bool {
        state.handedOverAt.map { context.now - $0 < Limits.handoffPauseSeconds } ?? false
    }

    /// What staff need to go on: the guest's words and how far it got.
    private func staffSummary() -> String {
        let staff = staffWording
        var lines: [String] = []
        if !memory.words.isEmpty { lines.append(staff.text(.staffSaid, [.words: memory.words])) }
        if let hold = state.hold {
            lines.append(
                staff.text(
                    .staffHold,
                    [.code: hold.code, .room: staff.name(hold.roomType), .dates: staff.dates(hold.stay)]))
        } else if let stay = state.wish.stay {
            let people = state.wish.party.map(staff.people) ?? "?"
            lines.append(staff.text(.staffStay, [.dates: staff.dates(stay), .people: people]))
        }
        if let booking = state.bookings.last {
            lines.append(
                staff.text(
                    .staffBooking,
                    [.code: booking.code, .room: staff.name(booking.roomType), .dates: staff.dates(booking.stay)]))
        }
        return lines.joined(separator: "\n")
    }

    /// The guest asks for a person. What was asked before stays open, and is not put again over their wish.
    mutating func callReception() -> Decision.Next {
        understoodSomething()
        if isReceptionTold {
            say(.handoffAlready)
        } else {
            say(.handoffAsked)
            requestHandoff("asked")
        }
        sayFact("reception")
        return reply(Bubble())
    }

    /// The PMS does not answer: says so, and keeps all that was said for when it does.
    mutating func pmsFailed() -> Decision.Next {
        say(.pmsUnavailable)
        requestHandoff("pms_unavailable")
        return reply(Bubble())
    }
}
