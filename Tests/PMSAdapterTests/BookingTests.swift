import Contracts
import Testing

@testable import pms_adapter

@Suite struct BookingTests {
    @Test func `a hold becomes a booking that keeps its code, price and room`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let hold = try await hotel.hold("double", .december(3, nights: 2))
        let booking = try await hotel.book(hold, name: "Núria Álvarez-Ñúñez")
        #expect(booking.code == hold.code)
        #expect(booking.status == .confirmed)
        #expect(booking.total == hold.total)
        #expect(booking.holdExpiresAt == nil)
        #expect(booking.guestName == "Núria Álvarez-Ñúñez")
        #expect(booking.email == "ana@example.org")
        // Far later it is still there.
        #expect(try await hotel.free("double", .december(3, nights: 2), after: 86_400) == 2)
        #expect(await failure { try await hotel.book(hold) } == "hold_expired")
    }

    @Test func `a booking is shown to its conversation and its phone, and to nobody else`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let booking = try await hotel.booked("double", .december(3, nights: 2))
        #expect(try await hotel.find(booking.code) == booking)
        #expect(try await hotel.find(booking.code.lowercased()) == booking)
        #expect(try await hotel.find(booking.code, conversation: "other", phone: "34600111222") == booking)
        let other = try await TestHotel(on: Database.pool())
        #expect(await failure { try await hotel.find(booking.code, conversation: "other") } == "not_found")
        #expect(
            await failure { try await hotel.find(booking.code, conversation: "other", phone: "34600111223") }
                == "not_found")
        #expect(
            await failure { try await hotel.find(booking.code, conversation: "other", phone: "11222") } == "not_found")
        #expect(await failure { try await hotel.find(booking.code, conversation: "other", phone: "+") } == "not_found")
        #expect(await failure { try await hotel.find("TS-ZZZZZZ") } == "not_found")
        #expect(await failure { try await other.find(booking.code) } == "not_found")
        let hold = try await hotel.hold("double", .december(3, nights: 2))
        #expect(await failure { try await hotel.find(hold.code) } == "not_found")
    }

    @Test func `a booking without a phone is not shown to one without digits`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let booking = try await hotel.book(hotel.hold("double", .december(3, nights: 2)), phone: nil)
        #expect(await failure { try await hotel.find(booking.code, conversation: "other", phone: "") } == "not_found")
        #expect(await failure { try await hotel.find(booking.code, conversation: "other", phone: nil) } == "not_found")
    }

    @Test func `a cancelled booking frees its room and says so`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let booking = try await hotel.booked("single", .december(3, nights: 2))
        let cancelled = try await hotel.cancel(booking)
        #expect(cancelled.status == .cancelled)
        #expect(cancelled.guestName == "Ana Ruiz")
        #expect(try await hotel.free("single", .december(3, nights: 2)) == 1)
        #expect(try await hotel.find(booking.code).status == .cancelled)
        #expect(await failure { try await hotel.cancel(booking) } == "already_cancelled")
        #expect(
            await failure { try await hotel.change(booking, to: "single", .december(3, nights: 1), agreed: 7_000) }
                == "not_changeable")
    }

    @Test func `a hold can't be cancelled or changed, and a stay that is over neither`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let hold = try await hotel.hold("double", .december(3, nights: 2))
        #expect(await failure { try await hotel.cancel(hold) } == "not_found")
        #expect(
            await failure { try await hotel.change(hold, to: "double", .december(3, nights: 1), agreed: 9_000) }
                == "not_found")
        let booking = try await hotel.booked("double", .from("2026-11-02", nights: 2))
        let later = 4 * 86_400
        #expect(await failure { try await hotel.cancel(booking, after: later) } == "not_changeable")
        #expect(
            await failure {
                try await hotel.change(booking, to: "double", .december(3, nights: 1), agreed: 9_000, after: later)
            } == "not_changeable")
    }
}
