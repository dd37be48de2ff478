import Contracts

/// Something that happened to a conversation: what Decide is given.
enum DialogueEvent: Sendable {
    /// The messages of a turn, in the order in which they came.
    case heard([Heard])
    /// The read that the last decision asked for came back.
    case read(PMSAnswer)
    /// The command that the last decision asked for has an outcome.
    case command(PMSOutcome)
}

/// One message of a turn.
struct Heard: Codable, Sendable {
    var content: InboundContent
    /// Of `content.text`, or of a transcript; nil when there are no words to understand.
    var understood: Understood?
}

/// A question to the PMS. It changes nothing there, so it runs at once and may be repeated.
enum PMSRead: Codable, Hashable, Sendable {
    case roomTypes
    case availability(stay: Stay, party: Party, ignoringHold: String?)
    case quote(stay: Stay, party: Party, roomType: String)
    case booking(code: String)
}

enum PMSAnswer: Sendable {
    case roomTypes([RoomType])
    case offers([Offer])
    case quote(Quote)
    case booking(Booking)
    case failed(PMSFailure)
}

/// What changes something in the PMS: committed with its key before it runs (DESIGN.md §4.3). The runner adds the hotel, the key and
/// the conversation.
enum PMSCommand: Codable, Hashable, Sendable {
    case hold(quote: String)
    case release(hold: String)
    case book(hold: String, guestName: String, email: String?, phone: String?)
    case change(code: String, stay: Stay, party: Party, roomType: String, agreedTotal: Money)
    case cancel(code: String)
}

enum PMSOutcome: Codable, Sendable {
    case done(Booking)
    case released
    case failed(PMSFailure)
}

enum PMSFailure: String, Codable, Hashable, Sendable {
    case notFound, soldOut, quoteExpired, holdExpired, alreadyCancelled, notChangeable, invalid
    /// The PMS did not answer in time or is down; a command's failure is final only when the runner says so.
    case unavailable
}

/// A request for a person: a row of `handoffs`.
struct HandoffRequest: Codable, Hashable, Sendable {
    /// A word for lists and metrics: `asked`, `not_understood`, `unreadable`, `pms_unavailable`.
    var reason: String
    /// For staff, in the hotel's language; may hold what the guest said.
    var summary: String
}

/// What comes of an event: a new state, and exactly one of a read, a command, or the end of the turn with its replies.
struct Decision: Sendable {
    enum Next: Sendable {
        case read(PMSRead)
        case command(PMSCommand)
        /// The turn's replies: one message, besides at most a location or an asked-for voice note. Empty when silence is right.
        case reply([OutboundContent])
    }

    var state: DialogueState
    var next: Next
    var handoff: HandoffRequest?
}

/// What Decide may know besides the state and the event. A value: the same inputs give the same decision.
struct DialogueContext: Sendable {
    var hotel: Hotel
    /// Seconds since 1970, UTC.
    var now: Int
    /// In the hotel's time zone.
    var today: LocalDate
    /// Minutes since midnight in the hotel's time zone.
    var minuteOfDay: Int
    /// `whatsapp` or `web`.
    var channel: String
    /// Of a guest who writes from one; goes into the booking.
    var phone: String?
    /// The profile name that the channel told; only for greeting, never for a booking without asking.
    var profileName: String?
}
