import Contracts
import Testing

@testable import pms_adapter

@Suite struct OfferTests {
    @Test func `what is free comes cheapest first, with the price of the whole stay and the tax`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        // Thursday and Friday.
        let request = PMSAvailability.Request(hotel: hotel.id, stay: try .december(3, nights: 2), party: .one)
        let offers = try await hotel.pms.availability(request, hotel.call()).offers
        #expect(offers.map(\.roomType.id) == ["single", "double", "family"])
        #expect(offers.map(\.roomsFree) == [1, 3, 2])
        #expect(offers.map(\.total) == [15_000, 19_000, 25_000].map { Money(minorUnits: $0, currency: "EUR") })
        #expect(offers[0].payableAtHotel == Money(minorUnits: 400, currency: "EUR"))
        #expect(offers[1].roomType.name == ["es": "Doble"])
        #expect(offers[1].roomType.rooms == 3)
    }

    @Test(arguments: [
        // 30 and 31 May in the low season, then 1 June in the high one: Sunday, Monday, Tuesday.
        ("2027-05-30", 3, 7_000 + 7_000 + 11_000),
        // From Friday to Monday in August.
        ("2027-08-06", 3, 12_000 + 12_000 + 11_000),
        // The last nights that are sold: Thursday and Friday.
        ("2027-12-30", 2, 7_000 + 8_000),
    ])
    func `a stay costs the sum of its nights, each by its season and weekday`(
        checkIn: String, nights: Int, total: Int
    ) async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let quote = try await hotel.quote("single", .from(checkIn, nights: nights))
        #expect(quote.offer.total.minorUnits == total)
    }

    @Test func `the tax counts who is old enough, for the first nights only`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let party = Party(adults: 2, children: [16, 17])
        let quote = try await hotel.quote("family", .december(1, nights: 5), party: party)
        #expect(quote.offer.payableAtHotel?.minorUnits == 200 * 3 * 3)
        #expect(quote.party == party)
    }

    @Test func `only room types that hold the party are offered`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        func types(_ party: Party) async throws -> [String] {
            let request = PMSAvailability.Request(hotel: hotel.id, stay: try .december(3, nights: 2), party: party)
            return try await hotel.pms.availability(request, hotel.call()).offers.map(\.roomType.id)
        }
        #expect(try await types(Party(adults: 2)) == ["double", "family"])
        #expect(try await types(Party(adults: 1, children: [4])) == ["double", "family"])
        #expect(try await types(Party(adults: 2, children: [4, 9])) == ["family"])
        // Four would fit, three adults do not.
        #expect(try await types(Party(adults: 3)) == [])
        #expect(try await types(Party(adults: 2, children: [1, 2, 3])) == [])
    }

    @Test func `nights that have passed or are not sold yet are not offered, and a quote says why`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        #expect(try await hotel.free("double", .from("2026-10-31", nights: 2)) == 0)
        #expect(await failure { try await hotel.quote("double", .from("2026-10-31", nights: 2)) } == "invalid_argument")
        #expect(try await hotel.free("double", .from("2026-11-01", nights: 1)) == 3)
        #expect(try await hotel.free("double", .from("2027-12-31", nights: 2)) == 0)
        #expect(await failure { try await hotel.quote("double", .from("2027-12-31", nights: 2)) } == "invalid_argument")
        #expect(await failure { try await hotel.quote("castle", .december(3, nights: 1)) } == "not_found")
        #expect(
            await failure { try await hotel.quote("single", .december(3, nights: 1), party: Party(adults: 2)) }
                == "invalid_argument")
    }

    @Test func `a room counts only when the same room is free every night`() async throws {
        let hotel = try await TestHotel(rooms: ["double": 2], on: Database.pool())
        let first = try await hotel.booked("double", .december(10, nights: 1))
        let second = try await hotel.booked("double", .december(10, nights: 2))
        let third = try await hotel.booked("double", .december(11, nights: 1))
        #expect(try await hotel.roomOf(third.code) == hotel.roomOf(first.code))
        _ = try await hotel.cancel(first)
        _ = try await hotel.change(second, to: "double", .december(10, nights: 1), agreed: 9_000)
        // Now each night has a free room, and no room has both nights.
        #expect(try await hotel.free("double", .december(10, nights: 1)) == 1)
        #expect(try await hotel.free("double", .december(11, nights: 1)) == 1)
        #expect(try await hotel.free("double", .december(10, nights: 2)) == 0)
        #expect(await failure { try await hotel.quote("double", .december(10, nights: 2)) } == "sold_out")
    }

    @Test func `the hotel's day is the one of its own zone`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        // 23:30 in UTC is half past midnight in Madrid.
        let night = 11 * 3_600 + 1_800
        #expect(try await hotel.free("double", .from("2026-11-01", nights: 1), after: night) == 0)
        #expect(try await hotel.free("double", .from("2026-11-02", nights: 1), after: night) == 3)
    }

    @Test func `room types are told with how many rooms there are, smallest first`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let types = try await hotel.pms.roomTypes(PMSRoomTypes.Request(hotel: hotel.id), hotel.call()).roomTypes
        #expect(types.map(\.id) == ["single", "double", "family"])
        #expect(types.map(\.rooms) == [1, 3, 2])
        #expect(types.map(\.maximumAdults) == [1, 2, 2])
    }
}
