import Contracts
import Postgres
import Testing

@testable import pms_adapter

/// A hotel of its own in a real database: tests run beside each other and see nothing of each other.
///
/// Prices: `single` 70 €, `double` 90 €, `family` 120 € a night, 10 € more on Friday and Saturday, and from June to August 40 € more; sold
/// until the end of 2027. Today is Sunday, 2026-11-01, noon in UTC.
struct TestHotel {
    let id: Int
    let pms: MockPMS
    let pool: PostgresPool

    static let now = 1_793_534_400

    /// `rooms` says how many there are of each type.
    init(rooms: [String: Int] = ["single": 1, "double": 3, "family": 2], on pool: PostgresPool) async throws {
        self.pool = pool
        pms = MockPMS(pool: pool)
        let key = String(UInt64.random(in: .min ... .max), radix: 36)
        id = try await pool.query(Self.makeHotel, [.text("hotel-\(key)")])[0].int("hotel_id")
        for (type, count) in rooms {
            _ = try await pool.execute(Self.makeRooms, [.int(id), .text(type), .int(count)])
        }
    }

    func call(after seconds: Int = 0) -> PMSCall { PMSCall(now: Self.now + seconds, deadline: .seconds(20)) }

    func roomOf(_ code: String) async throws -> String {
        try await pool.query(Self.room, [.int(id), .text(code)])[0].text("room_id")
    }

    private static let makeHotel = Statement(
        "test.hotel",
        """
        WITH hotel AS (
            INSERT INTO hotels (name, time_zone, currency, default_language, web_key, code_prefix)
            VALUES ('Test', 'Europe/Madrid', 'EUR', 'es', $1, 'TS') RETURNING hotel_id
        ), types AS (
            INSERT INTO room_types (hotel_id, room_type_id, category, names, summaries, capacity, maximum_adults)
            SELECT hotel_id, v.id, v.id, jsonb_build_object('es', v.name), '{"es":"vista al mar"}', v.capacity, v.adults
            FROM hotel, (VALUES ('single', 'Individual', 1, 1), ('double', 'Doble', 2, 2), ('family', 'Familiar', 4, 2))
                AS v (id, name, capacity, adults)
        ), seasons AS (
            INSERT INTO seasons SELECT hotel_id, v.night::date, v.season
            FROM hotel, (VALUES ('2026-01-01', 'low'), ('2027-06-01', 'high'), ('2027-09-01', 'low'), ('2028-01-01', 'none'))
                AS v (night, season)
        ), prices AS (
            INSERT INTO season_prices
            SELECT hotel_id, s.season, t.id, t.price + s.extra, t.price + s.extra + 1000
            FROM hotel, (VALUES ('single', 7000), ('double', 9000), ('family', 12000)) AS t (id, price),
                (VALUES ('low', 0), ('high', 4000)) AS s (season, extra)
        ), tax AS (
            INSERT INTO tourist_taxes SELECT hotel_id, 200, 17, 3 FROM hotel
        )
        SELECT hotel_id FROM hotel
        """)

    private static let makeRooms = Statement(
        "test.rooms",
        "INSERT INTO rooms SELECT $1::integer, $2::text || '-' || lpad(i::text, 3, '0'), $2 FROM generate_series(1, $3::integer) i"
    )

    private static let room = Statement(
        "test.room", "SELECT room_id FROM bookings WHERE hotel_id = $1 AND code = $2")
}

/// The steps of a booking, in short.
extension TestHotel {
    func free(
        _ type: String, _ stay: Stay, ignoring: String? = nil, after seconds: Int = 0
    ) async throws -> Int {
        let request = PMSAvailability.Request(hotel: id, stay: stay, party: .one, ignoringHold: ignoring)
        let offers = try await pms.availability(request, call(after: seconds)).offers
        return offers.first { $0.roomType.id == type }?.roomsFree ?? 0
    }

    func quote(
        _ type: String, _ stay: Stay, party: Party = .one, after seconds: Int = 0
    ) async throws(PMSError) -> Quote {
        try await pms.quote(
            PMSQuote.Request(hotel: id, stay: stay, party: party, roomType: type), call(after: seconds))
    }

    func hold(_ quote: Quote, key: String = .newKey(), after seconds: Int = 0) async throws(PMSError) -> Booking {
        try await pms.hold(PMSHold.Request(hotel: id, key: key, quote: quote.id), call(after: seconds))
    }

    func hold(_ type: String, _ stay: Stay, after seconds: Int = 0) async throws(PMSError) -> Booking {
        try await hold(quote(type, stay, after: seconds), after: seconds)
    }

    func book(
        _ hold: Booking, key: String = .newKey(), name: String = "Ana Ruiz", phone: String? = "+34 600 111 222",
        conversation: String = "conversation-1", after seconds: Int = 0
    ) async throws(PMSError) -> Booking {
        try await pms.book(
            PMSBook.Request(
                hotel: id, key: key, hold: hold.code, guestName: name, email: "ana@example.org", phone: phone,
                conversation: conversation), call(after: seconds))
    }

    func booked(_ type: String, _ stay: Stay) async throws(PMSError) -> Booking {
        try await book(hold(type, stay))
    }

    func change(
        _ booking: Booking, to type: String, _ stay: Stay, party: Party = .one, agreed: Int, key: String = .newKey(),
        after seconds: Int = 0
    ) async throws(PMSError) -> Booking {
        try await pms.change(
            PMSChange.Request(
                hotel: id, key: key, code: booking.code, stay: stay, party: party, roomType: type,
                agreedTotal: Money(minorUnits: agreed, currency: "EUR")), call(after: seconds))
    }

    func cancel(
        _ booking: Booking, key: String = .newKey(), after seconds: Int = 0
    ) async throws(PMSError) -> Booking {
        try await pms.cancel(PMSCancel.Request(hotel: id, key: key, code: booking.code), call(after: seconds))
    }

    func release(_ hold: Booking, key: String = .newKey(), after seconds: Int = 0) async throws(PMSError) {
        try await pms.release(PMSRelease.Request(hotel: id, key: key, hold: hold.code), call(after: seconds))
    }

    func find(
        _ code: String, conversation: String = "conversation-1", phone: String? = nil
    ) async throws(PMSError) -> Booking {
        try await pms.booking(
            PMSBooking.Request(hotel: id, code: code, conversation: conversation, phone: phone), call())
    }
}

/// What an operation failed with: a word of the metrics' label `result`, or nil when it succeeded.
func failure(of work: () async throws -> some Any) async -> String? {
    do {
        _ = try await work()
        return nil
    } catch {
        return (error as? PMSError)?.result ?? "\(error)"
    }
}

extension Party {
    static let one = Party(adults: 1)
}

extension String {
    static func newKey() -> String { "key-\(UInt64.random(in: .min ... .max))" }
}

extension Stay {
    /// Nights from a day of December 2026.
    static func december(_ day: Int, nights: Int) throws -> Stay {
        try from("2026-12-01", plus: day - 1, nights: nights)
    }

    static func from(_ date: String, plus days: Int = 0, nights: Int) throws -> Stay {
        let checkIn = try #require(LocalDate(date)).adding(days: days)
        return try #require(Stay(checkIn: checkIn, checkOut: checkIn.adding(days: nights)))
    }
}
