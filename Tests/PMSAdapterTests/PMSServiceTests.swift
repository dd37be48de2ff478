import Contracts
import Loop
import Postgres
import Servers
import Telemetry
import Testing
import Wire

@testable import pms_adapter

@Suite struct PMSServiceTests {
    private func service(_ pool: PostgresPool, _ metrics: Metrics) -> PMSService {
        PMSService(backend: MockPMS(pool: pool), metrics: metrics, now: { TestHotel.now })
    }

    private func error(of work: () async throws -> some Any) async -> WireError? {
        do {
            _ = try await work()
            return nil
        } catch {
            return error as? WireError
        }
    }

    @Test func `what went wrong is told by the wire's codes, with the reason of a conflict`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let service = service(hotel.pool, Metrics())
        let stay = try Stay.december(3, nights: 2)
        let quote = try await hotel.quote("single", stay)
        _ = try await hotel.hold(quote)
        let hold = PMSHold.Request(hotel: hotel.id, key: "k", quote: quote.id)
        #expect(await error { try await service.hold(hold, .seconds(5)) } == WireError(.conflict, "sold_out"))
        let unknown = PMSHold.Request(hotel: hotel.id, key: "k2", quote: "nothing")
        #expect(await error { try await service.hold(unknown, .seconds(5)) }?.code == .notFound)
        let empty = PMSQuote.Request(hotel: hotel.id, stay: stay, party: Party(adults: 0), roomType: "single")
        #expect(
            await error { try await service.quote(empty, .seconds(5)) }
                == WireError(.invalidArgument, "party.adults is 0; at least 1"))
        let nonsense = PMSBooking.Request(
            hotel: hotel.id, code: String(repeating: "'; DROP", count: 100), conversation: "c", phone: nil)
        #expect(await error { try await service.booking(nonsense, .seconds(5)) }?.code == .notFound)
    }

    @Test func `each operation is counted by what came of it`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let metrics = Metrics()
        let service = service(hotel.pool, metrics)
        _ = try await service.roomTypes(PMSRoomTypes.Request(hotel: hotel.id), .seconds(5))
        let cancel = PMSCancel.Request(hotel: hotel.id, key: "k", code: "TS-ZZZZZZ")
        _ = await error { try await service.cancel(cancel, .seconds(5)) }
        let text = String(decoding: metrics.render(openMetrics: false), as: UTF8.self)
        #expect(text.contains(#"pms_requests_total{op="pms.room_types",backend="mock",result="ok"} 1"#))
        #expect(text.contains(#"pms_requests_total{op="pms.cancel",backend="mock",result="not_found"} 1"#))
    }

    @Test func `while the database is away every answer is unavailable, and the status says so`() async throws {
        let nowhere = PostgresURL(host: "/nonexistent", port: 5_432, user: "nobody", database: "none")
        let pool = PostgresPool(
            loop: try EventLoop(name: "pms-nowhere"), url: nowhere, applicationName: "pms-adapter tests")
        await pool.start()
        let service = service(pool, Metrics())
        let cancel = PMSCancel.Request(hotel: 1, key: "k", code: "TS-ZZZZZZ")
        let failure = await error { try await service.cancel(cancel, .seconds(5)) }
        #expect(failure?.code == .unavailable)
        #expect(failure?.retryable == true)
        #expect(await service.status(.seconds(1)).status == "unavailable")
        #expect(await service.status(.seconds(1)).type == "mock")
        await pool.stop()
    }

    @Test func `the status is ok while the database answers`() async throws {
        let service = service(try await Database.pool(), Metrics())
        let status = await service.status(.seconds(5))
        #expect(status.status == "ok")
        #expect(status.type == "mock")
    }
}
