import Contracts
import JSON
import Postgres

/// The PMS of a hotel that has none: a real little inventory in PostgreSQL (Schema/0002_inventory.sql). What must never go wrong is decided
/// there, in one function call an operation, so that any number of processes may run this: that call is whole or not at all, and a
/// room's night can't have two owners.
///
/// A quote stands for 30 minutes and a hold for 15.
struct MockPMS: PMSBackend {
    let type = "mock"
    let pool: PostgresPool

    func roomTypes(_ request: PMSRoomTypes.Request, _ call: PMSCall) async throws(PMSError) -> PMSRoomTypes.Response {
        let rows = try await query(Self.roomTypes, [.int(request.hotel)], call)
        return PMSRoomTypes.Response(roomTypes: try rows.map(RoomType.init(row:)))
    }

    func availability(
        _ request: PMSAvailability.Request, _ call: PMSCall
    ) async throws(PMSError) -> PMSAvailability.Response {
        let rows = try await query(
            Self.availability,
            [.int(request.hotel)] + Self.parameters(request.stay, request.party)
                + [PostgresValue(request.ignoringHold.map(Self.canonical)), Self.instant(call.now)], call)
        return PMSAvailability.Response(offers: try rows.map(Offer.init(row:)))
    }

    func quote(_ request: PMSQuote.Request, _ call: PMSCall) async throws(PMSError) -> Quote {
        let row = try await one(
            Self.quote,
            [.int(request.hotel)] + Self.parameters(request.stay, request.party)
                + [.text(request.roomType), Self.instant(call.now)], call)
        return try Quote(row: row, stay: request.stay, party: request.party)
    }

    func hold(_ request: PMSHold.Request, _ call: PMSCall) async throws(PMSError) -> Booking {
        try await mutate(request.hotel, request.key, .hold(quote: request.quote), call)
    }

    func release(_ request: PMSRelease.Request, _ call: PMSCall) async throws(PMSError) {
        _ = try await mutate(request.hotel, request.key, .release(hold: Self.canonical(request.hold)), call)
    }

    func book(_ request: PMSBook.Request, _ call: PMSCall) async throws(PMSError) -> Booking {
        let booker = MockMutation.Booker(
            hold: Self.canonical(request.hold), guestName: request.guestName, guestEmail: request.email,
            guestPhone: request.phone, conversation: request.conversation)
        return try await mutate(request.hotel, request.key, .book(booker), call)
    }

    func change(_ request: PMSChange.Request, _ call: PMSCall) async throws(PMSError) -> Booking {
        let change = MockMutation.Change(
            code: Self.canonical(request.code), checkIn: request.stay.checkIn, checkOut: request.stay.checkOut,
            adults: request.party.adults, children: request.party.children, roomType: request.roomType,
            agreedMinor: request.agreedTotal.minorUnits, agreedCurrency: request.agreedTotal.currency)
        return try await mutate(request.hotel, request.key, .change(change), call)
    }

    func cancel(_ request: PMSCancel.Request, _ call: PMSCall) async throws(PMSError) -> Booking {
        try await mutate(request.hotel, request.key, .cancel(code: Self.canonical(request.code)), call)
    }

    func booking(_ request: PMSBooking.Request, _ call: PMSCall) async throws(PMSError) -> Booking {
        let rows = try await query(
            Self.booking,
            [
                .int(request.hotel), .text(Self.canonical(request.code)), .text(request.conversation),
                PostgresValue(request.phone),
            ], call)
        guard let row = rows.first else { throw .notFound }
        return try Booking(row: row)
    }

    func checkStatus(_ call: PMSCall) async throws(PMSError) {
        do throws(PostgresError) {
            try await pool.ping(deadline: call.deadline)
        } catch {
            throw PMSError(error)
        }
    }
}

extension MockPMS {
    private func mutate(
        _ hotel: Int, _ key: String, _ mutation: MockMutation, _ call: PMSCall
    ) async throws(PMSError) -> Booking {
        let row = try await one(
            Self.mutate,
            [
                .int(hotel), .text(key), .text(mutation.operation), .json(try mutation.request()),
                Self.instant(call.now),
            ], call)
        return try Booking(row: row)
    }

    /// The row of a function that always gives one, unless that tells a failure.
    private func one(
        _ statement: Statement, _ parameters: [PostgresValue], _ call: PMSCall
    ) async throws(PMSError) -> Row {
        guard let row = try await query(statement, parameters, call).first else {
            throw .broken(MockFault(problem: "\(statement.name) gave no row"))
        }
        if let word = try reading({ () throws(PostgresError) in try row.optionalText("failure") }) {
            throw PMSError(failure: word)
        }
        return row
    }

    private func query(
        _ statement: Statement, _ parameters: [PostgresValue], _ call: PMSCall
    ) async throws(PMSError) -> [Row] {
        do throws(PostgresError) {
            return try await pool.query(statement, parameters, deadline: call.deadline)
        } catch {
            throw PMSError(error)
        }
    }

    /// A guest may write a code in small letters.
    private static func canonical(_ code: String) -> String { code.uppercased() }

    private static func instant(_ seconds: Int) -> PostgresValue { .timestamp(microseconds: seconds * 1_000_000) }

    private static func parameters(_ stay: Stay, _ party: Party) -> [PostgresValue] {
        [
            .text(stay.checkIn.description), .text(stay.checkOut.description), .int(party.adults),
            .intArray(party.children),
        ]
    }

    private static let roomTypes = Statement(
        "pms.room_types",
        """
        SELECT room_type_id, category, names, summaries, capacity, maximum_adults, rooms
        FROM room_types_with_rooms WHERE hotel_id = $1 ORDER BY capacity, room_type_id
        """)

    private static let availability = Statement(
        "pms.availability", "SELECT * FROM pms_offers($1, $2, $3, $4, $5::integer[], $6, $7)")

    private static let quote = Statement(
        "pms.quote", "SELECT * FROM pms_quote($1, $2, $3, $4, $5::integer[], $6, $7)")

    private static let mutate = Statement(
        "pms.mutate",
        """
        SELECT o.*, t.category, t.names, t.summaries, t.capacity, t.maximum_adults, t.rooms
        FROM pms_mutate($1, $2, $3, $4, $5) o
        LEFT JOIN room_types_with_rooms t ON t.hotel_id = $1 AND t.room_type_id = o.room_type_id
        """)

    private static let booking = Statement(
        "pms.booking",
        """
        SELECT o.*, t.category, t.names, t.summaries, t.capacity, t.maximum_adults, t.rooms
        FROM pms_booking($1, $2, $3, $4) o
        JOIN room_types_with_rooms t ON t.hotel_id = $1 AND t.room_type_id = o.room_type_id
        """)
}
