import Contracts

/// All that a conversation remembers between turns, and between the steps of a turn: column `state` of `session_states`. A field that an older
/// state lacks takes its default, so that a conversation outlives a deployment.
struct DialogueState: Codable, Hashable, Sendable {
    var language: Language?
    /// Whether the guest has been told that this is an automatic assistant.
    var introduced = false
    /// How many replies were given; picks among the variants of a text.
    var replies = 0
    /// The stay that is being looked for.
    var wish = StayWish()
    /// What the guest was asked last and has not answered.
    var question: Question?
    /// The rooms shown last.
    var offer: ShownOffer?
    /// Earlier ones, newest last: a button of theirs can still be tapped. At most `Limits.pastOffers`.
    var pastOffers: [PastOffer] = []
    /// Of the newest offer or proposal; only grows.
    var offerSerial = 0
    /// The room kept while the guest decides.
    var hold: Booking?
    /// Code of the hold whose summary the guest has before them.
    var summaryShown: String?
    var contact = Contact()
    /// Bookings that this conversation made or opened, newest last. At most `Limits.bookings`.
    var bookings: [Booking] = []
    /// An existing booking that is being changed.
    var change: ChangeWish?
    /// Turns in a row that were not understood.
    var misunderstood = 0
    /// When look-ups of a booking failed, in seconds since 1970; those of the last hour.
    var failedLookUps: [Int] = []
    /// When a person was last called, in seconds since 1970.
    var handedOverAt: Int?
    /// What the turn under way has said and waits for; nil between turns.
    var turn: TurnMemory?
}

extension DialogueState {
    init(from decoder: any Decoder) throws {
        self.init()
        let stored = try decoder.container(keyedBy: CodingKeys.self)
        language = try stored.decodeIfPresent(Language.self, forKey: .language)
        introduced = try stored.decodeIfPresent(Bool.self, forKey: .introduced) ?? introduced
        replies = try stored.decodeIfPresent(Int.self, forKey: .replies) ?? replies
        wish = try stored.decodeIfPresent(StayWish.self, forKey: .wish) ?? wish
        question = try stored.decodeIfPresent(Question.self, forKey: .question)
        offer = try stored.decodeIfPresent(ShownOffer.self, forKey: .offer)
        pastOffers = try stored.decodeIfPresent([PastOffer].self, forKey: .pastOffers) ?? pastOffers
        offerSerial = try stored.decodeIfPresent(Int.self, forKey: .offerSerial) ?? offerSerial
        hold = try stored.decodeIfPresent(Booking.self, forKey: .hold)
        summaryShown = try stored.decodeIfPresent(String.self, forKey: .summaryShown)
        contact = try stored.decodeIfPresent(Contact.self, forKey: .contact) ?? contact
        bookings = try stored.decodeIfPresent([Booking].self, forKey: .bookings) ?? bookings
        change = try stored.decodeIfPresent(ChangeWish.self, forKey: .change)
        misunderstood = try stored.decodeIfPresent(Int.self, forKey: .misunderstood) ?? misunderstood
        failedLookUps = try stored.decodeIfPresent([Int].self, forKey: .failedLookUps) ?? failedLookUps
        handedOverAt = try stored.decodeIfPresent(Int.self, forKey: .handedOverAt)
        turn = try stored.decodeIfPresent(TurnMemory.self, forKey: .turn)
    }

    /// What understanding should expect of the next message.
    var expecting: Expectation? { question?.expectation }

    /// The arrival known so far, for "until Sunday" and "two more nights".
    var knownCheckIn: LocalDate? { change?.wish?.checkIn ?? wish.checkIn }

    /// The departure known so far, for "one more night".
    var knownCheckOut: LocalDate? { change?.wish?.checkOut ?? wish.checkOut }
}

/// Who books.
struct Contact: Codable, Hashable, Sendable {
    var name: String?
    var email: String?
    /// The guest would rather give none; only where it is optional.
    var declinedEmail = false
}

/// Rooms as they were shown, in that order: "the second" counts in it.
struct ShownOffer: Codable, Hashable, Sendable {
    var serial: Int
    var stay: Stay
    var party: Party
    var offers: [Offer]
    /// Code of the booking that is to be changed to one of them; nil for a new booking.
    var changing: String?
}

/// What is remembered of an offer that was replaced.
struct PastOffer: Codable, Hashable, Sendable {
    var serial: Int
    var stay: Stay
    var party: Party
}

/// A wish to change a booking.
struct ChangeWish: Codable, Hashable, Sendable {
    /// What the guest named before the booking was known.
    var entities: [Entity] = []
    var booking: Booking?
    /// The booking's own stay, corrected by what the guest said since.
    var wish: StayWish?
}

/// A change as it was told to the guest.
struct ChangeProposal: Codable, Hashable, Sendable {
    var serial: Int
    var code: String
    var stay: Stay
    var party: Party
    var roomType: RoomType
    var total: Money
    var payableAtHotel: Money?
    var oldTotal: Money
}

/// What a look-up is for.
enum LookUpPurpose: String, Codable, Hashable, Sendable {
    case check, change, cancel
}

/// A question that waits for its answer. It is put again after a digression.
indirect enum Question: Codable, Hashable, Sendable {
    case stay
    case nights
    case party
    case childrenAges
    case choice
    case name
    case email
    case confirmBooking(hold: String)
    case editBooking(hold: String)
    case bookingCode(LookUpPurpose)
    case confirmCancel(code: String)
    case changeWhat(code: String)
    case confirmChange(ChangeProposal)
    /// Which of the best guesses was meant; `over` is the question that it interrupted.
    case clarify([Intent], over: Question?)
    case useOldOffer(serial: Int, roomType: String, over: Question?)

    var expectation: Expectation? {
        switch self {
        case .stay: .dates
        case .nights: .nights
        case .party: .party
        case .childrenAges: .childrenAges
        case .choice: .choice
        case .name: .name
        case .email: .email
        case .confirmBooking, .confirmCancel, .confirmChange, .useOldOffer: .confirmation
        case .bookingCode: .bookingCode
        case .editBooking, .changeWhat: nil
        case .clarify(_, let over): over?.expectation
        }
    }
}

/// What a turn carries from one of its steps to the next.
struct TurnMemory: Codable, Hashable, Sendable {
    /// Sentences for the guest so far, in the order in which they will stand.
    var said: [String] = []
    var greets = false
    /// The reply is also spoken: the guest spoke or asked for it.
    var speaks = false
    var sendsLocation = false
    /// Reads and commands of this turn: bounded, so that no turn goes round forever.
    var steps = 0
    /// What the outstanding read or command is for.
    var goal: Goal?
    var handoff: HandoffRequest?
    /// The guest's words of this turn, for a person who takes over.
    var words = ""
}

/// What the outstanding read or command of a turn is for.
enum Goal: Codable, Hashable, Sendable {
    case listRoomTypes
    /// Rooms for the wish; `choosing` is taken at once when it is free: a room type's id or category.
    case search(choosing: String?)
    /// Nothing was free: is the party too large for any room?
    case explainNothingFree
    /// Nothing was free: the same nights a little earlier or later, by index of `Limits.nearbyShifts`.
    case nearby(Int)
    /// Give back the old hold before this room type is held.
    case swap(roomType: String)
    /// `offered` is the price that the guest has seen; `renews` says that the room was held before.
    case quote(roomType: String, offered: Money?, renews: Bool)
    case hold(renews: Bool)
    /// Give the hold back: the guest does not want it.
    case drop
    case book
    case lookUp(code: String, LookUpPurpose)
    case searchChange
    case change(ChangeProposal)
    case cancel(code: String)
}
