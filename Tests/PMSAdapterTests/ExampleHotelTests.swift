import Contracts
import Postgres
import Servers
import Testing

@testable import pms_adapter

@Suite struct ExampleHotelTests {
    @Test func `Hotel Miramar is stored once, however often it is seeded`() async throws {
        let database = try await TestPostgres.shared().database(migrations: Schema.migrations)
        let pool = try await Database.pool(of: database)
        let today = try #require(LocalDate("2026-11-24"))
        let rows = try ExampleHotel.embedded().rows(today: today, whatsAppPhoneNumberID: "106540352242922")
        let id = try await ExampleHotelStore(pool: pool).store(rows)
        let first = try await contents(pool)
        #expect(try await ExampleHotelStore(pool: pool).store(rows) == id)
        #expect(try await contents(pool) == first)
        // Without the setting, what was set stays.
        let plain = try ExampleHotel.embedded().rows(today: today, whatsAppPhoneNumberID: nil)
        _ = try await ExampleHotelStore(pool: pool).store(plain)
        #expect(try await contents(pool) == first)
        await pool.stop()
    }

    @Test func `it has 24 rooms of four types with prices, taxes and facts in three languages`() async throws {
        let database = try await TestPostgres.shared().database(migrations: Schema.migrations)
        let pool = try await Database.pool(of: database)
        let today = try #require(LocalDate("2026-11-24"))
        let rows = try ExampleHotel.embedded().rows(today: today, whatsAppPhoneNumberID: nil)
        let id = try await ExampleHotelStore(pool: pool).store(rows)
        let pms = MockPMS(pool: pool)
        let call = PMSCall(now: TestHotel.now + 23 * 86_400, deadline: .seconds(10))
        let types = try await pms.roomTypes(PMSRoomTypes.Request(hotel: id), call).roomTypes
        #expect(types.map(\.rooms).reduce(0, +) == 24)
        #expect(Set(types.map(\.category)) == ["single", "double", "superior", "family"])
        for text in types.flatMap({ [$0.name, $0.summary] }) + rows.facts.values {
            #expect(text.keys.sorted() == ["en", "es", "pt"])
            // What the dialogue shows of a fact.
            #expect(text.values.allSatisfy { (1...400).contains($0.count) })
        }
        #expect(
            rows.facts.keys.sorted() == [
                "breakfast", "cancellation", "check_in", "check_out", "location", "parking", "reception", "wifi",
            ])
        let offers = try await pms.availability(
            PMSAvailability.Request(
                hotel: id, stay: try .december(3, nights: 2), party: Party(adults: 2)), call
        ).offers
        #expect(offers.map(\.total.minorUnits) == [19_600, 24_800, 31_200])
        #expect(offers.first?.payableAtHotel == Money(minorUnits: 800, currency: "EUR"))
        // Every night of more than two years ahead is for sale, and none after the last season.
        #expect(
            try await pms.availability(
                PMSAvailability.Request(hotel: id, stay: try .from("2028-02-01", nights: 334), party: .one), call
            ).offers.count == 4)
        #expect(
            try await pms.availability(
                PMSAvailability.Request(hotel: id, stay: try .from("2028-12-31", nights: 2), party: .one), call
            ).offers.isEmpty)
        await pool.stop()
    }

    @Test func `a mistake in the texts is told with its file and line`() {
        func problem(_ spanish: String, _ english: String) -> String? {
            do throws(HotelFileError) {
                _ = try HotelTexts([(.spanish, "es.txt", spanish), (.english, "en.txt", english)])
                return nil
            } catch {
                return error.description
            }
        }
        #expect(problem("# a\n\na: b", "a: c") == nil)
        #expect(problem("a: b\nno colon", "a: c") == "es.txt:2: a line is `key: text`; this one has no colon")
        #expect(problem("a: b\na: c", "a: c") == "es.txt:2: `a` stands twice")
        #expect(problem("a:  ", "a: c") == "es.txt:1: `a` has no text")
        #expect(problem("a: b\nd: e", "a: c") == "en.txt:0: `d` is missing; another language has it")
    }

    private func contents(_ pool: PostgresPool) async throws -> [String] {
        try await pool.query(Self.everything).map { try $0.text("line") }
    }

    private static let everything = Statement(
        "test.everything",
        """
        SELECT line FROM (
            SELECT to_jsonb(h)::text FROM hotels h UNION ALL SELECT f::text FROM hotel_facts f
            UNION ALL SELECT t::text FROM room_types t UNION ALL SELECT r::text FROM rooms r
            UNION ALL SELECT s::text FROM seasons s UNION ALL SELECT p::text FROM season_prices p
            UNION ALL SELECT x::text FROM tourist_taxes x
        ) AS everything (line) ORDER BY line
        """)
}
