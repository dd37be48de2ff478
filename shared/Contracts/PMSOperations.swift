public import Wire

/// The operations of pms-adapter: one contract over many property-management systems. Reads are free to repeat; each mutation carries an
/// idempotency key (`key`) that goes all the way into the PMS, so a repeat gives the first outcome again and does nothing.
///
/// Errors by the wire's codes: `not_found` (no such room type, booking or hold), `conflict` (sold out, expired, already cancelled: `reason`
/// in the message is one of PMSConflict), `invalid_argument`, `unavailable`.
public enum PMSConflict: String, Sendable {
    case soldOut = "sold_out"
    case quoteExpired = "quote_expired"
    case holdExpired = "hold_expired"
    case alreadyCancelled = "already_cancelled"
    case notChangeable = "not_changeable"
}

public enum PMSRoomTypes: Operation {
    public struct Request: Codable, Sendable {
        public var hotel: Int
        public init(hotel: Int) { self.hotel = hotel }
    }

    public struct Response: Codable, Sendable {
        public var roomTypes: [RoomType]
        public init(roomTypes: [RoomType]) { self.roomTypes = roomTypes }
    }

    public static let name = "pms.room_types"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.orchestrator]
}

/// What is free for a stay and a party: only room types that hold the party, cheapest first. Empty when nothing is.
public enum PMSAvailability: Operation {
    public struct Request: Codable, Sendable {
        public var hotel: Int
        public var stay: Stay
        public var party: Party
        /// The conversation's own holds do not count as taken.
        public var ignoringHold: String?

        public init(hotel: Int, stay: Stay, party: Party, ignoringHold: String? = nil) {
            self.hotel = hotel
            self.stay = stay
            self.party = party
            self.ignoringHold = ignoringHold
        }
    }

    public struct Response: Codable, Sendable {
        public var offers: [Offer]
        public init(offers: [Offer]) { self.offers = offers }
    }

    public static let name = "pms.availability"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.orchestrator]
}

/// A price with expiry (mock: 30 minutes) for one room type.
public enum PMSQuote: Operation {
    public struct Request: Codable, Sendable {
        public var hotel: Int
        public var stay: Stay
        public var party: Party
        public var roomType: String

        public init(hotel: Int, stay: Stay, party: Party, roomType: String) {
            self.hotel = hotel
            self.stay = stay
            self.party = party
            self.roomType = roomType
        }
    }

    public typealias Response = Quote
    public static let name = "pms.quote"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.orchestrator]
}

/// Keeps a room of a quote for a while (mock: 15 minutes), at the quote's price.
public enum PMSHold: Operation {
    public struct Request: Codable, Sendable {
        public var hotel: Int
        public var key: String
        public var quote: String

        public init(hotel: Int, key: String, quote: String) {
            self.hotel = hotel
            self.key = key
            self.quote = quote
        }
    }

    public typealias Response = Booking
    public static let name = "pms.hold"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.orchestrator]
}

/// Gives a held room back before its time. Releasing what is no longer held does nothing.
public enum PMSRelease: Operation {
    public struct Request: Codable, Sendable {
        public var hotel: Int
        public var key: String
        public var hold: String

        public init(hotel: Int, key: String, hold: String) {
            self.hotel = hotel
            self.key = key
            self.hold = hold
        }
    }

    public typealias Response = Nothing
    public static let name = "pms.release"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.orchestrator]
}

/// Turns a hold into a booking.
public enum PMSBook: Operation {
    public struct Request: Codable, Sendable {
        public var hotel: Int
        public var key: String
        /// The hold's code, which the booking keeps.
        public var hold: String
        public var guestName: String
        public var email: String?
        public var phone: String?
        /// The conversation that books, whose guest needs no other proof later.
        public var conversation: String

        public init(
            hotel: Int, key: String, hold: String, guestName: String, email: String?, phone: String?,
            conversation: String
        ) {
            self.hotel = hotel
            self.key = key
            self.hold = hold
            self.guestName = guestName
            self.email = email
            self.phone = phone
            self.conversation = conversation
        }
    }

    public typealias Response = Booking
    public static let name = "pms.book"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.orchestrator]
}

/// A booking by its code, only when it was made in `conversation` or by `phone`; else `not_found`, so that every failed look-up reads alike.
public enum PMSBooking: Operation {
    public struct Request: Codable, Sendable {
        public var hotel: Int
        public var code: String
        public var conversation: String
        public var phone: String?

        public init(hotel: Int, code: String, conversation: String, phone: String?) {
            self.hotel = hotel
            self.code = code
            self.conversation = conversation
            self.phone = phone
        }
    }

    public typealias Response = Booking
    public static let name = "pms.booking"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.orchestrator]
}

/// New dates, party or room type of a booking, at today's price; `conflict` (`sold_out`) leaves the booking as it was.
public enum PMSChange: Operation {
    public struct Request: Codable, Sendable {
        public var hotel: Int
        public var key: String
        public var code: String
        public var stay: Stay
        public var party: Party
        public var roomType: String
        /// The total that the guest agreed to; another price is a `conflict` (`quote_expired`).
        public var agreedTotal: Money

        public init(
            hotel: Int, key: String, code: String, stay: Stay, party: Party, roomType: String, agreedTotal: Money
        ) {
            self.hotel = hotel
            self.key = key
            self.code = code
            self.stay = stay
            self.party = party
            self.roomType = roomType
            self.agreedTotal = agreedTotal
        }
    }

    public typealias Response = Booking
    public static let name = "pms.change"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.orchestrator]
}

public enum PMSCancel: Operation {
    public struct Request: Codable, Sendable {
        public var hotel: Int
        public var key: String
        public var code: String

        public init(hotel: Int, key: String, code: String) {
            self.hotel = hotel
            self.key = key
            self.code = code
        }
    }

    public typealias Response = Booking
    public static let name = "pms.cancel"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.orchestrator]
}

/// Which backend answers and whether it does: `/api/internal/pms-status`.
public enum PMSStatus: Operation {
    public typealias Request = Nothing

    public struct Response: Codable, Sendable {
        /// `ok`, or what is wrong in a word.
        public var status: String
        /// `mock` or `qloapps`.
        public var type: String

        public init(status: String, type: String) {
            self.status = status
            self.type = type
        }
    }

    public static let name = "pms.status"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.gateway, ServiceName.orchestrator]
}
