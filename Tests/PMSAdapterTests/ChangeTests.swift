import Contracts
import Testing

@testable import pms_adapter

@Suite struct ChangeTests {
    @Test func `a change takes the new stay, party and room type at today's price`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let booking = try await hotel.booked("single", .december(1, nights: 2))
        let changed = try await hotel.change(
            booking, to: "family", .december(7, nights: 1), party: Party(adults: 2, children: [3]), agreed: 12_000)
        #expect(changed.code == booking.code)
        #expect(changed.roomType.id == "family")
        #expect(changed.stay == (try .december(7, nights: 1)))
        #expect(changed.party == Party(adults: 2, children: [3]))
        #expect(changed.total.minorUnits == 12_000)
        #expect(changed.payableAtHotel?.minorUnits == 400)
        #expect(changed.guestName == "Ana Ruiz")
        #expect(try await hotel.free("single", .december(1, nights: 2)) == 1)
        #expect(try await hotel.free("family", .december(7, nights: 1)) == 1)
        #expect(try await hotel.find(booking.code) == changed)
    }

    @Test func `a booking does not stand in the way of its own change`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let booking = try await hotel.booked("single", .december(7, nights: 2))
        #expect(try await hotel.free("single", .december(8, nights: 3)) == 0)
        #expect(try await hotel.free("single", .december(8, nights: 3), ignoring: booking.code) == 1)
        _ = try await hotel.change(booking, to: "single", .december(8, nights: 3), agreed: 21_000)
        #expect(try await hotel.free("single", .december(7, nights: 1)) == 1)
        for night in 8...10 { #expect(try await hotel.free("single", .december(night, nights: 1)) == 0) }
        #expect(try await hotel.free("single", .december(11, nights: 1)) == 1)
        // Shorter, at the other end.
        _ = try await hotel.change(booking, to: "single", .december(8, nights: 1), agreed: 7_000)
        #expect(try await hotel.free("single", .december(9, nights: 5)) == 1)
    }

    @Test func `who stays longer stays in the room, if it is free`() async throws {
        let hotel = try await TestHotel(rooms: ["double": 5], on: Database.pool())
        // A neighbour in another room would be the tighter fit.
        let neighbour = try await hotel.booked("double", .december(1, nights: 6))
        let booking = try await hotel.booked("double", .december(3, nights: 2))
        let room = try await hotel.roomOf(booking.code)
        _ = try await hotel.change(booking, to: "double", .december(7, nights: 2), agreed: 18_000)
        #expect(try await hotel.roomOf(booking.code) == room)
        #expect(try await hotel.roomOf(neighbour.code) != room)
    }

    @Test func `a change that finds no room leaves the booking as it was`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        _ = try await hotel.booked("single", .december(10, nights: 1))
        let booking = try await hotel.booked("single", .december(7, nights: 2))
        let refused = await failure {
            try await hotel.change(booking, to: "single", .december(8, nights: 3), agreed: 21_000)
        }
        #expect(refused == "sold_out")
        #expect(try await hotel.find(booking.code) == booking)
        for night in 7...8 { #expect(try await hotel.free("single", .december(night, nights: 1)) == 0) }
        #expect(try await hotel.free("single", .december(9, nights: 1)) == 1)
    }

    @Test func `another price than was agreed changes nothing`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let booking = try await hotel.booked("single", .december(7, nights: 2))
        #expect(
            await failure { try await hotel.change(booking, to: "single", .december(7, nights: 3), agreed: 20_999) }
                == "quote_expired")
        let dollars = PMSChange.Request(
            hotel: hotel.id, key: .newKey(), code: booking.code, stay: try .december(7, nights: 3), party: .one,
            roomType: "single", agreedTotal: Money(minorUnits: 21_000, currency: "USD"))
        #expect(await failure { try await hotel.pms.change(dollars, hotel.call()) } == "quote_expired")
        #expect(try await hotel.find(booking.code) == booking)
    }

    @Test func `a party that does not fit, days that have passed and unknown room types are refused`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let booking = try await hotel.booked("double", .december(7, nights: 2))
        let stay = try Stay.december(7, nights: 2)
        #expect(
            await failure {
                try await hotel.change(booking, to: "single", stay, party: Party(adults: 2), agreed: 14_000)
            } == "invalid_argument")
        #expect(await failure { try await hotel.change(booking, to: "castle", stay, agreed: 14_000) } == "not_found")
        #expect(
            await failure {
                try await hotel.change(booking, to: "double", .from("2026-10-30", nights: 2), agreed: 20_000)
            } == "invalid_argument")
        #expect(try await hotel.find(booking.code) == booking)
    }

    @Test func `a guest who is here already can stay longer`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let booking = try await hotel.booked("single", .from("2026-11-02", nights: 2))
        let nextDay = 2 * 86_400
        let longer = try Stay.from("2026-11-02", nights: 3)
        #expect(try await hotel.free("single", longer, ignoring: booking.code, after: nextDay) == 1)
        let changed = try await hotel.change(booking, to: "single", longer, agreed: 21_000, after: nextDay)
        #expect(changed.stay == longer)
    }
}
