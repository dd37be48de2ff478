import Contracts
import Postgres
import Testing

@testable import pms_adapter

@Suite struct LastRoomTests {
    @Test func `of fifty who want the last room at once, one holds it`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let stay = try Stay.december(3, nights: 4)
        let quote = try await hotel.quote("single", stay)
        let outcomes = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<50 { group.addTask { await failure { try await hotel.hold(quote) } } }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 == nil }.count == 1)
        #expect(outcomes.filter { $0 == "sold_out" }.count == 49)
    }

    @Test func `of fifty who go all the way to a booking of the last room at once, one has it`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        // Stays that overlap in part, in one room only.
        let outcomes = try await withThrowingTaskGroup(of: String?.self) { group in
            for guest in 0..<50 {
                let stay = try Stay.december(3 + guest % 4, nights: 4)
                group.addTask { await failure { try await hotel.booked("single", stay) } }
            }
            return try await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 == nil }.count == 1)
        #expect(outcomes.filter { $0 == "sold_out" }.count == 49)
    }

    @Test func `fifty who want the last ten rooms at once get exactly ten`() async throws {
        let hotel = try await TestHotel(rooms: ["double": 10], on: Database.pool())
        let quote = try await hotel.quote("double", .december(3, nights: 4))
        let outcomes = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<50 { group.addTask { await failure { try await hotel.hold(quote) } } }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 == nil }.count == 10)
        #expect(outcomes.filter { $0 == "sold_out" }.count == 40)
    }

    @Test func `when a hold has run out, one of fifty takes its room over`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let stay = try Stay.december(3, nights: 4)
        let old = try await hotel.hold("single", stay)
        let quote = try await hotel.quote("single", stay, after: 900)
        let outcomes = await withTaskGroup(of: String?.self) { group in
            // The one who let it run out tries as well, from a process whose clock is late.
            group.addTask { await failure { try await hotel.book(old, after: 899) } }
            for _ in 0..<49 { group.addTask { await failure { try await hotel.hold(quote, after: 900) } } }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 == nil }.count == 1)
    }

    @Test func `a room's night can't have two owners, whatever a program tries`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let booking = try await hotel.booked("single", .december(3, nights: 1))
        let room = try await hotel.roomOf(booking.code)
        await #expect(throws: PostgresError.self) {
            try await hotel.pool.execute(Self.steal, [.int(hotel.id), .text(room)])
        }
    }

    private static let steal = Statement(
        "test.steal", "INSERT INTO room_nights VALUES ($1, $2, '2026-12-03', 1, NULL)")
}
