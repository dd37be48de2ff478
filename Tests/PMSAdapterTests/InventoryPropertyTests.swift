import Contracts
import Postgres
import Support
import Synchronization
import Testing

@testable import pms_adapter

/// Random guests, with a fixed seed.
@Suite struct InventoryPropertyTests {
    private static let rooms = 6
    private static let days = 14

    private static func randomStay(using generator: inout SeededGenerator) throws -> Stay {
        let nights = Int.random(in: 1...5, using: &generator)
        return try .december(Int.random(in: 1...days, using: &generator), nights: nights)
    }

    private static func price(_ stay: Stay) -> Int {
        stay.nightDates.reduce(0) { $0 + ($1.weekday == 5 || $1.weekday == 6 ? 10_000 : 9_000) }
    }

    @Test func `every answer is the one that a list of claims gives, through two thousand random steps`() async throws {
        let hotel = try await TestHotel(rooms: ["double": Self.rooms], on: Database.pool())
        var generator = SeededGenerator(seed: 20_261_101)
        var model = ModelInventory(rooms: (1...Self.rooms).map { "double-00\($0)" })
        var held: [Booking] = []
        var confirmed: [Booking] = []
        var now = 0

        /// A booking that is random, and out of the list.
        func take(_ bookings: inout [Booking]) -> Booking? {
            bookings.isEmpty ? nil : bookings.remove(at: Int.random(in: bookings.indices, using: &generator))
        }
        func claim(_ booking: Booking) async throws -> ModelInventory.Claim {
            let claim = ModelInventory.Claim(
                room: try await hotel.roomOf(booking.code), stay: booking.stay,
                heldUntil: booking.holdExpiresAt.map { $0 - TestHotel.now })
            #expect(model.isFree(claim.room, claim.stay, ignoring: booking.code, now: now), "given a taken room")
            return claim
        }

        for _ in 0..<2_000 {
            now += Int.random(in: 0...60, using: &generator)
            let stay = try Self.randomStay(using: &generator)
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<4:
                let free = model.countFree(stay, now: now)
                #expect(try await hotel.free("double", stay, after: now) == free)
                do throws(PMSError) {
                    let hold = try await hotel.hold("double", stay, after: now)
                    #expect(free > 0)
                    held.append(hold)
                } catch {
                    #expect(error.result == "sold_out" && free == 0)
                    continue
                }
                if let hold = held.last { model.set(hold.code, try await claim(hold)) }
            case 4..<7:
                guard let hold = take(&held), let expiry = hold.holdExpiresAt.map({ $0 - TestHotel.now }) else {
                    continue
                }
                let refused = await failure { confirmed.append(try await hotel.book(hold, after: now)) }
                #expect(refused == (expiry > now ? nil : "hold_expired"))
                model.set(hold.code, nil)
                if refused == nil, let booking = confirmed.last { model.set(hold.code, try await claim(booking)) }
            case 7:
                guard let booking = take(&confirmed) else { continue }
                let free = model.countFree(stay, ignoring: booking.code, now: now)
                #expect(try await hotel.free("double", stay, ignoring: booking.code, after: now) == free)
                do throws(PMSError) {
                    confirmed.append(
                        try await hotel.change(booking, to: "double", stay, agreed: Self.price(stay), after: now))
                    #expect(free > 0)
                } catch {
                    #expect(error.result == "sold_out" && free == 0)
                    confirmed.append(booking)
                }
                if let last = confirmed.last { model.set(last.code, try await claim(last)) }
            case 8:
                guard let booking = take(&confirmed) else { continue }
                _ = try await hotel.cancel(booking, after: now)
                model.set(booking.code, nil)
            default:
                guard let hold = take(&held) else { continue }
                try await hotel.release(hold, after: now)
                model.set(hold.code, nil)
            }
        }
        #expect(!confirmed.isEmpty)
        try await Self.expectOneOwnerANight(hotel, now: now)
    }

    @Test func `sixteen guests at once never share a room, through thousands of random steps`() async throws {
        let hotel = try await TestHotel(rooms: ["double": Self.rooms], on: Database.pool())
        let clock = Clock()
        let survivors = try await withThrowingTaskGroup(of: [Booking].self) { group in
            for guest in 0..<16 {
                group.addTask { try await Self.live(guest, at: hotel, clock: clock) }
            }
            return try await group.reduce(into: [Booking]()) { $0 += $1 }
        }
        let end = clock.advance(by: 0)
        #expect(!survivors.isEmpty)
        var model = ModelInventory(rooms: (1...Self.rooms).map { "double-00\($0)" })
        for booking in survivors {
            let claim = ModelInventory.Claim(
                room: try await hotel.roomOf(booking.code), stay: booking.stay,
                heldUntil: booking.holdExpiresAt.map { $0 - TestHotel.now })
            let isAlive = (claim.heldUntil ?? .max) > end
            #expect(!isAlive || model.isFree(claim.room, claim.stay, ignoring: nil, now: end), "two in a room")
            model.set(booking.code, claim)
        }
        for day in 1...Self.days {
            for nights in 1...5 {
                let stay = try Stay.december(day, nights: nights)
                #expect(try await hotel.free("double", stay, after: end) == model.countFree(stay, now: end))
            }
        }
        try await Self.expectOneOwnerANight(hotel, now: end)
    }

    /// A guest's random steps; the holds and bookings that are left.
    private static func live(_ guest: Int, at hotel: TestHotel, clock: Clock) async throws -> [Booking] {
        var generator = SeededGenerator(seed: UInt64(guest))
        var held: [Booking] = []
        var confirmed: [Booking] = []
        for _ in 0..<250 {
            let now = clock.advance(by: Int.random(in: 0...6, using: &generator))
            let stay = try randomStay(using: &generator)
            do throws(PMSError) {
                switch Int.random(in: 0..<10, using: &generator) {
                case 0..<4:
                    held.append(try await hotel.hold("double", stay, after: now))
                case 4..<7:
                    guard let hold = held.popLast() else { continue }
                    confirmed.append(try await hotel.book(hold, after: now))
                case 7:
                    guard let booking = confirmed.popLast() else { continue }
                    // Kept as it was, until the change is done.
                    confirmed.append(booking)
                    confirmed[confirmed.count - 1] = try await hotel.change(
                        booking, to: "double", stay, agreed: price(stay), after: now)
                case 8:
                    guard let booking = confirmed.popLast() else { continue }
                    _ = try await hotel.cancel(booking, after: now)
                default:
                    guard let hold = held.popLast() else { continue }
                    try await hotel.release(hold, after: now)
                }
            } catch {
                #expect(["sold_out", "hold_expired"].contains(error.result))
            }
        }
        return held + confirmed
    }

    /// Each live booking has exactly its own nights, in its own room, and nobody else is written there.
    private static func expectOneOwnerANight(_ hotel: TestHotel, now: Int) async throws {
        let wrong = try await hotel.pool.query(
            wrongBookings, [.int(hotel.id), .timestamp(microseconds: (TestHotel.now + now) * 1_000_000)])
        #expect(try wrong.map { try $0.text("code") } == [])
    }

    private static let wrongBookings = Statement(
        "test.wrong_bookings",
        """
        SELECT b.code FROM bookings b
        LEFT JOIN room_nights n ON n.hotel_id = b.hotel_id AND n.booking_id = b.booking_id
        WHERE b.hotel_id = $1
        GROUP BY b.hotel_id, b.booking_id
        HAVING CASE WHEN b.status = 'confirmed' OR b.status = 'held' AND b.hold_expires_at > $2
            THEN count(n.night) <> b.check_out - b.check_in
                OR bool_or(n.room_id <> b.room_id OR n.night < b.check_in OR n.night >= b.check_out)
                OR bool_or((n.held_until IS NULL) <> (b.status = 'confirmed'))
            ELSE bool_or(n.held_until IS NULL AND n.night IS NOT NULL) END
        """)
}

/// A clock that many guests share, and that never goes back.
private final class Clock: Sendable {
    private let seconds = Mutex(0)

    func advance(by step: Int) -> Int {
        seconds.withLock {
            $0 += step
            return $0
        }
    }
}
