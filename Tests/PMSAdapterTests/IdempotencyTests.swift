import Contracts
import Postgres
import Support
import Testing

@testable import pms_adapter

@Suite struct IdempotencyTests {
    @Test func `a repeat after a lost answer gives the first outcome and does nothing`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let stay = try Stay.december(3, nights: 2)
        let quote = try await hotel.quote("double", stay)
        let hold = try await hotel.hold(quote, key: "hold")
        #expect(try await hotel.hold(quote, key: "hold", after: 5_000) == hold)
        #expect(try await hotel.free("double", stay) == 2)

        let booking = try await hotel.book(hold, key: "book")
        #expect(try await hotel.book(hold, key: "book", after: 5_000) == booking)

        let changed = try await hotel.change(
            booking, to: "double", .december(7, nights: 1), agreed: 9_000, key: "change")
        #expect(
            try await hotel.change(booking, to: "double", .december(7, nights: 1), agreed: 9_000, key: "change")
                == changed)

        let cancelled = try await hotel.cancel(changed, key: "cancel")
        #expect(try await hotel.cancel(changed, key: "cancel") == cancelled)
        // What was done first is told as it was then, whatever came later.
        #expect(try await hotel.hold(quote, key: "hold") == hold)
        #expect(try await hotel.book(hold, key: "book") == booking)
    }

    @Test func `a refusal is final for its key, also when there is room again`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let quote = try await hotel.quote("single", .december(3, nights: 2))
        let hold = try await hotel.hold(quote)
        #expect(await failure { try await hotel.hold(quote, key: "late") } == "sold_out")
        try await hotel.release(hold)
        #expect(await failure { try await hotel.hold(quote, key: "late") } == "sold_out")
        #expect(await failure { try await hotel.hold(quote, key: "later") } == nil)
    }

    @Test func `a released hold stays released when the release is repeated after a new hold`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let quote = try await hotel.quote("single", .december(3, nights: 2))
        let first = try await hotel.hold(quote)
        try await hotel.release(first, key: "release")
        let second = try await hotel.hold(quote)
        try await hotel.release(first, key: "release")
        #expect(await failure { try await hotel.book(second) } == nil)
    }

    @Test func `another request under the same key is refused and does nothing`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let quote = try await hotel.quote("double", .december(3, nights: 2))
        let other = try await hotel.quote("double", .december(5, nights: 2))
        let hold = try await hotel.hold(quote, key: "k")
        #expect(await failure { try await hotel.hold(other, key: "k") } == "invalid_argument")
        #expect(await failure { try await hotel.cancel(hold, key: "k") } == "invalid_argument")
        _ = try await hotel.book(hold, key: "b")
        #expect(await failure { try await hotel.book(hold, key: "b", name: "Somebody Else") } == "invalid_argument")
        #expect(try await hotel.find(hold.code).guestName == "Ana Ruiz")
        #expect(try await hotel.free("double", .december(5, nights: 2)) == 3)
    }

    @Test func `the same key at another hotel is another key`() async throws {
        let one = try await TestHotel(on: Database.pool())
        let two = try await TestHotel(on: Database.pool())
        let stay = try Stay.december(3, nights: 2)
        let first = try await one.hold(one.quote("single", stay), key: "k")
        let second = try await two.hold(two.quote("single", stay), key: "k")
        #expect(first.code != second.code)
    }

    @Test func `a request that is sent many times at once is done once`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let quote = try await hotel.quote("double", .december(3, nights: 2))
        let codes = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await hotel.hold(quote, key: "same").code } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(codes.count == 1)
        #expect(try await hotel.free("double", .december(3, nights: 2)) == 2)
    }

    @Test func `whether a request whose answer was not awaited was done or not, its repeat does it once`() async throws
    {
        let hotel = try await TestHotel(rooms: ["double": 40], on: Database.pool())
        let stay = try Stay.december(3, nights: 2)
        let quote = try await hotel.quote("double", stay)
        var generator = SeededGenerator(seed: 7)
        for attempt in 0..<40 {
            let request = PMSHold.Request(hotel: hotel.id, key: "hold-\(attempt)", quote: quote.id)
            // From far too short to long enough.
            let patience = Duration.microseconds(Int.random(in: 0...4_000, using: &generator))
            let first = await failure {
                try await hotel.pms.hold(request, PMSCall(now: TestHotel.now, deadline: patience))
            }
            #expect(first == nil || first == "deadline_exceeded")
            _ = try await hotel.pms.hold(request, hotel.call(after: 5))
            #expect(try await hotel.free("double", stay, after: 5) == 39 - attempt)
        }
    }

    @Test func `what is kept of a mutation holds no guest's data`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let booking = try await hotel.book(
            hotel.hold("double", .december(3, nights: 2)), name: "Canary Person", phone: "+34 699 888 777")
        _ = try await hotel.cancel(booking)
        let rows = try await hotel.pool.query(Self.kept, [.int(hotel.id)])
        #expect(rows.count == 3)
        for row in rows {
            let text = try row.text("kept")
            #expect(!text.contains("Canary") && !text.contains("example.org") && !text.contains("888"))
        }
    }

    private static let kept = Statement(
        "test.kept", "SELECT m::text AS kept FROM pms_mutations m WHERE hotel_id = $1")
}
