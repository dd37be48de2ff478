import Contracts
import Testing

@testable import pms_adapter

@Suite struct HoldTests {
    @Test func `a hold keeps a room at the quote's price for fifteen minutes`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let stay = try Stay.december(3, nights: 2)
        let quote = try await hotel.quote("single", stay)
        #expect(quote.expiresAt == TestHotel.now + 1_800)
        let hold = try await hotel.hold(quote, after: 60)
        #expect(hold.status == .held)
        #expect(hold.holdExpiresAt == TestHotel.now + 60 + 900)
        #expect(hold.total == quote.offer.total)
        #expect(hold.payableAtHotel == quote.offer.payableAtHotel)
        #expect(hold.stay == stay)
        #expect(hold.guestName == nil)
        #expect(try await hotel.free("single", stay, after: 61) == 0)
        #expect(try await hotel.free("single", stay, ignoring: hold.code, after: 61) == 1)
        #expect(try await hotel.free("single", stay, ignoring: hold.code.lowercased(), after: 61) == 1)
        #expect(await failure { try await hotel.quote("single", stay, after: 61) } == "sold_out")
    }

    @Test func `a code can be read out and is never given twice`() async throws {
        let hotel = try await TestHotel(rooms: ["double": 60], on: Database.pool())
        let quote = try await hotel.quote("double", .december(3, nights: 1))
        var codes: Set<String> = []
        for _ in 0..<60 { codes.insert(try await hotel.hold(quote).code) }
        #expect(codes.count == 60)
        for code in codes {
            #expect(code.wholeMatch(of: /TS-[2-9ABCDEFGHJKMNPQRSTUVWXYZ]{6}/) != nil, "\(code)")
        }
    }

    @Test func `a quote that ran out holds nothing`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let quote = try await hotel.quote("single", .december(3, nights: 2))
        #expect(await failure { try await hotel.hold(quote, after: 1_800) } == "quote_expired")
        #expect(await failure { try await hotel.hold(quote, after: 1_799) } == nil)
    }

    @Test func `a quote of another hotel is not found`() async throws {
        let mine = try await TestHotel(on: Database.pool())
        let other = try await TestHotel(on: Database.pool())
        let quote = try await mine.quote("single", .december(3, nights: 2))
        #expect(await failure { try await other.hold(quote) } == "not_found")
    }

    @Test func `a hold that ran out blocks no sale and becomes no booking`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let stay = try Stay.december(3, nights: 2)
        let old = try await hotel.hold("single", stay)
        #expect(try await hotel.free("single", stay, after: 899) == 0)
        #expect(try await hotel.free("single", stay, after: 900) == 1)
        #expect(await failure { try await hotel.book(old, after: 900) } == "hold_expired")
        let new = try await hotel.hold("single", stay, after: 900)
        #expect(try await hotel.book(new, after: 901).status == .confirmed)
        #expect(try await hotel.free("single", stay, after: 902) == 0)
    }

    @Test func `a process whose clock is late can't book a room that was given to another`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let old = try await hotel.hold("single", .december(3, nights: 3))
        // The other guest's nights overlap in part only.
        let new = try await hotel.hold("single", .december(5, nights: 2), after: 900)
        #expect(await failure { try await hotel.book(old, after: 899) } == "hold_expired")
        #expect(await failure { try await hotel.book(new, after: 901) } == nil)
        // What is left of the old hold is nobody's.
        #expect(try await hotel.free("single", .december(3, nights: 2), after: 901) == 1)
    }

    @Test func `a released hold is free at once; releasing it again, or a booking, does nothing`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let stay = try Stay.december(3, nights: 2)
        let hold = try await hotel.hold("single", stay)
        try await hotel.release(hold)
        #expect(try await hotel.free("single", stay) == 1)
        #expect(await failure { try await hotel.book(hold) } == "hold_expired")
        let booking = try await hotel.booked("single", stay)
        try await hotel.release(hold)
        try await hotel.release(booking)
        #expect(try await hotel.free("single", stay) == 0)
        #expect(try await hotel.find(booking.code).status == .confirmed)
    }

    @Test func `the room with the tightest gap is given, so that long stays still find one`() async throws {
        let hotel = try await TestHotel(rooms: ["double": 2], on: Database.pool())
        let first = try await hotel.booked("double", .december(10, nights: 2))
        let second = try await hotel.booked("double", .december(12, nights: 2))
        #expect(try await hotel.roomOf(first.code) == hotel.roomOf(second.code))
        #expect(try await hotel.free("double", .december(5, nights: 20)) == 1)
    }
}
