import Contracts

@testable import orchestrator

/// A property-management system of four room types as a value: strict about stock, quotes and holds, so that a conversation can't get more out of
/// it than out of a real one.
struct FakePMS {
    var roomTypes: [RoomType]
    /// Cents a night by room type.
    var prices: [String: Int]
    var isDown = false
    /// What the next command or read of that name fails with.
    var failures: [String: PMSFailure] = [:]
    private(set) var bookings: [Booking] = []
    private var foreign: Set<String> = []
    private var quotes: [String: Quote] = [:]
    private(set) var commands: [PMSCommand] = []

    static let quoteSeconds = 30 * 60
    static let holdSeconds = 15 * 60

    init() {
        roomTypes = [
            Self.type("sgl", "single", "Individual", "Single", "Individual", "vista al patio", capacity: 1, rooms: 4),
            Self.type("dbl", "double", "Doble", "Double", "Duplo", "vista al patio", capacity: 2, rooms: 10),
            Self.type(
                "sup", "superior", "Doble superior", "Superior double", "Duplo superior", "vista al mar", capacity: 2,
                rooms: 6),
            Self.type("fam", "family", "Familiar", "Family", "Familiar", "dos ambientes", capacity: 4, rooms: 4),
        ]
        prices = ["sgl": 7000, "dbl": 9800, "sup": 12400, "fam": 15600]
    }

    private static func type(
        _ id: String, _ category: String, _ es: String, _ en: String, _ pt: String, _ summary: String, capacity: Int,
        rooms: Int
    ) -> RoomType {
        let summaries = [
            "vista al patio": ("courtyard view", "vista para o pátio"),
            "vista al mar": ("sea view", "vista para o mar"),
        ]
        let (english, portuguese) = summaries[summary] ?? ("two rooms in one", "dois ambientes")
        return RoomType(
            id: id, category: category, name: ["es": es, "en": en, "pt": pt],
            summary: ["es": summary, "en": english, "pt": portuguese], capacity: capacity, maximumAdults: capacity,
            rooms: rooms)
    }

    func roomType(category: String) -> RoomType? { roomTypes.first { $0.category == category } }

    mutating func setStock(_ category: String, _ rooms: Int) {
        for index in roomTypes.indices where roomTypes[index].category == category { roomTypes[index].rooms = rooms }
    }

    mutating func add(_ booking: Booking, isForeign: Bool) {
        bookings.append(booking)
        if isForeign { foreign.insert(booking.code) }
    }

    func offer(_ roomType: RoomType, _ stay: Stay, _ party: Party, free: Int) -> Offer {
        Offer(
            roomType: roomType, roomsFree: free,
            total: Money(minorUnits: (prices[roomType.id] ?? 0) * stay.nights, currency: "EUR"),
            payableAtHotel: Money(minorUnits: 200 * party.people * stay.nights, currency: "EUR"))
    }

    func free(_ roomType: RoomType, _ stay: Stay, now: Int, ignoring: String?) -> Int {
        let taken = stay.nightDates.map { night in
            bookings.filter { booking in
                booking.roomType.id == roomType.id && booking.code != ignoring
                    && booking.stay.checkIn <= night && night < booking.stay.checkOut
                    && (booking.status == .confirmed || booking.status == .held && (booking.holdExpiresAt ?? 0) > now)
            }.count
        }
        return roomType.rooms - (taken.max() ?? 0)
    }

    private func takes(_ roomType: RoomType, _ party: Party) -> Bool {
        roomType.capacity >= party.people && roomType.maximumAdults >= party.adults
    }

    mutating func answer(_ read: PMSRead, now: Int) -> PMSAnswer {
        if isDown { return .failed(.unavailable) }
        switch read {
        case .roomTypes:
            return .roomTypes(roomTypes)
        case .availability(let stay, let party, let ignoring):
            if let failure = failures.removeValue(forKey: "availability") { return .failed(failure) }
            let offers = roomTypes.filter { takes($0, party) }.compactMap { roomType -> Offer? in
                let free = free(roomType, stay, now: now, ignoring: ignoring)
                return free > 0 ? offer(roomType, stay, party, free: free) : nil
            }
            return .offers(offers.sorted { $0.total.minorUnits < $1.total.minorUnits })
        case .quote(let stay, let party, let id):
            if let failure = failures.removeValue(forKey: "quote") { return .failed(failure) }
            guard let roomType = roomTypes.first(where: { $0.id == id }) else { return .failed(.notFound) }
            let free = free(roomType, stay, now: now, ignoring: nil)
            guard free > 0 else { return .failed(.soldOut) }
            let quote = Quote(
                id: "Q\(quotes.count + 1)", stay: stay, party: party, offer: offer(roomType, stay, party, free: free),
                expiresAt: now + Self.quoteSeconds)
            quotes[quote.id] = quote
            return .quote(quote)
        case .booking(let code):
            guard let booking = bookings.first(where: { $0.code == code }), !foreign.contains(code) else {
                return .failed(.notFound)
            }
            return .booking(booking)
        }
    }

    mutating func run(_ command: PMSCommand, now: Int) -> PMSOutcome {
        commands.append(command)
        if isDown { return .failed(.unavailable) }
        switch command {
        case .hold(let id):
            if let failure = failures.removeValue(forKey: "hold") { return .failed(failure) }
            guard let quote = quotes[id] else { return .failed(.notFound) }
            guard quote.expiresAt > now else { return .failed(.quoteExpired) }
            guard free(quote.offer.roomType, quote.stay, now: now, ignoring: nil) > 0 else { return .failed(.soldOut) }
            let booking = Booking(
                code: "HM-TEST\(10 + bookings.count)", status: .held, stay: quote.stay, party: quote.party,
                roomType: quote.offer.roomType, total: quote.offer.total, payableAtHotel: quote.offer.payableAtHotel,
                holdExpiresAt: now + Self.holdSeconds, guestName: nil, email: nil)
            bookings.append(booking)
            return .done(booking)
        case .release(let code):
            bookings.removeAll { $0.code == code && $0.status == .held }
            return .released
        case .book(let code, let name, let email, _):
            if let failure = failures.removeValue(forKey: "book") { return .failed(failure) }
            guard let index = bookings.firstIndex(where: { $0.code == code && $0.status == .held }),
                bookings[index].holdExpiresAt ?? 0 > now
            else { return .failed(.holdExpired) }
            bookings[index].status = .confirmed
            bookings[index].holdExpiresAt = nil
            bookings[index].guestName = name
            bookings[index].email = email
            return .done(bookings[index])
        case .change(let code, let stay, let party, let id, let agreed):
            if let failure = failures.removeValue(forKey: "change") { return .failed(failure) }
            guard let index = bookings.firstIndex(where: { $0.code == code }),
                let roomType = roomTypes.first(where: { $0.id == id })
            else { return .failed(.notFound) }
            guard bookings[index].status == .confirmed else { return .failed(.notChangeable) }
            let free = free(roomType, stay, now: now, ignoring: code)
            guard free > 0, takes(roomType, party) else { return .failed(.soldOut) }
            let offer = offer(roomType, stay, party, free: free)
            guard offer.total == agreed else { return .failed(.quoteExpired) }
            bookings[index].stay = stay
            bookings[index].party = party
            bookings[index].roomType = roomType
            bookings[index].total = offer.total
            bookings[index].payableAtHotel = offer.payableAtHotel
            return .done(bookings[index])
        case .cancel(let code):
            if let failure = failures.removeValue(forKey: "cancel") { return .failed(failure) }
            guard let index = bookings.firstIndex(where: { $0.code == code }) else { return .failed(.notFound) }
            guard bookings[index].status == .confirmed else { return .failed(.alreadyCancelled) }
            bookings[index].status = .cancelled
            return .done(bookings[index])
        }
    }
}
