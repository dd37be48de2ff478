/// A kind of room as the PMS sells it.
public struct RoomType: Codable, Hashable, Sendable {
    /// The PMS's own id, stable: what offers and bookings name.
    public var id: String
    /// `single`, `double`, `twin`, `suite`, `family` …: the canonical word that understanding maps guests' words to.
    public var category: String
    public var name: Translations
    public var summary: Translations
    /// How many sleep in it at most, children included.
    public var capacity: Int
    public var maximumAdults: Int
    /// How many rooms of it the hotel has.
    public var rooms: Int

    public init(
        id: String, category: String, name: Translations, summary: Translations, capacity: Int, maximumAdults: Int,
        rooms: Int
    ) {
        self.id = id
        self.category = category
        self.name = name
        self.summary = summary
        self.capacity = capacity
        self.maximumAdults = maximumAdults
        self.rooms = rooms
    }
}

/// A room type that is free for a stay and a party, with what the whole stay costs.
public struct Offer: Codable, Hashable, Sendable {
    public var roomType: RoomType
    public var roomsFree: Int
    /// Of the whole stay, compulsory taxes included.
    public var total: Money
    /// Collected at the hotel besides `total` (tourist tax), when there is any.
    public var payableAtHotel: Money?

    public init(roomType: RoomType, roomsFree: Int, total: Money, payableAtHotel: Money?) {
        self.roomType = roomType
        self.roomsFree = roomsFree
        self.total = total
        self.payableAtHotel = payableAtHotel
    }
}

/// A price that the hotel stands by until it expires.
public struct Quote: Codable, Hashable, Sendable {
    public var id: String
    public var stay: Stay
    public var party: Party
    public var offer: Offer
    /// Seconds since 1970, UTC.
    public var expiresAt: Int

    public init(id: String, stay: Stay, party: Party, offer: Offer, expiresAt: Int) {
        self.id = id
        self.stay = stay
        self.party = party
        self.offer = offer
        self.expiresAt = expiresAt
    }
}

public enum BookingStatus: String, Codable, Hashable, Sendable {
    /// A room is kept while the guest confirms.
    case held
    case confirmed
    case cancelled
    /// A hold that ran out.
    case expired
}

/// A booking, or the hold that may become one.
public struct Booking: Codable, Hashable, Sendable {
    /// What the guest is told and writes back, such as `HM-7K3QXD`; a hold has one already.
    public var code: String
    public var status: BookingStatus
    public var stay: Stay
    public var party: Party
    public var roomType: RoomType
    public var total: Money
    public var payableAtHotel: Money?
    /// Seconds since 1970, UTC; only of a hold.
    public var holdExpiresAt: Int?
    public var guestName: String?
    public var email: String?

    public init(
        code: String, status: BookingStatus, stay: Stay, party: Party, roomType: RoomType, total: Money,
        payableAtHotel: Money?, holdExpiresAt: Int?, guestName: String?, email: String?
    ) {
        self.code = code
        self.status = status
        self.stay = stay
        self.party = party
        self.roomType = roomType
        self.total = total
        self.payableAtHotel = payableAtHotel
        self.holdExpiresAt = holdExpiresAt
        self.guestName = guestName
        self.email = email
    }
}
