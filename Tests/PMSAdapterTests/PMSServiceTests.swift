import Contracts
import Loop
import Postgres
import Servers
import Support
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

    @Test func `a guest's whole story goes over the wire`() async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let loop = try EventLoop(name: "pms-wire")
        let secret = Array("a secret of both".utf8)
        let observability = Observability.quiet(service: "test")
        let server = WireServer(
            loop: loop, service: ServiceName.pmsAdapter, instance: "a", secret: secret, observability: observability)
        await service(hotel.pool, Metrics()).register(on: server)
        let address = try await server.listen(on: .ipv4([127, 0, 0, 1], port: 0))
        let client = WireClient(
            loop: loop, peer: ServiceName.pmsAdapter, host: "127.0.0.1", port: try #require(address.port),
            service: ServiceName.orchestrator, instance: "b", secret: secret, resolver: Resolver(),
            observability: observability)
        await client.start()
        let isConnected = await eventually { await client.isConnected }
        #expect(isConnected)

        let stay = try Stay.december(3, nights: 2)
        let party = Party(adults: 2, children: [4])
        func call<Op: Operation>(_: Op.Type, _ request: Op.Request) async throws -> Op.Response {
            try await client.call(Op.self, request, deadline: .seconds(10))
        }
        let offers = try await call(
            PMSAvailability.self, PMSAvailability.Request(hotel: hotel.id, stay: stay, party: party)
        ).offers
        let offer = try #require(offers.first)
        let quote = try await call(
            PMSQuote.self,
            PMSQuote.Request(hotel: hotel.id, stay: stay, party: party, roomType: offer.roomType.id))
        #expect(quote.offer == offer)
        let hold = try await call(PMSHold.self, PMSHold.Request(hotel: hotel.id, key: "1", quote: quote.id))
        let booking = try await call(
            PMSBook.self,
            PMSBook.Request(
                hotel: hotel.id, key: "2", hold: hold.code, guestName: "Ana", email: nil, phone: nil,
                conversation: "c"))
        let found = try await call(
            PMSBooking.self,
            PMSBooking.Request(hotel: hotel.id, code: booking.code, conversation: "c", phone: nil))
        #expect(found == booking)
        let changed = try await call(
            PMSChange.self,
            PMSChange.Request(
                hotel: hotel.id, key: "3", code: booking.code, stay: try .december(4, nights: 1), party: party,
                roomType: offer.roomType.id, agreedTotal: Money(minorUnits: 13_000, currency: "EUR")))
        #expect(changed.total.minorUnits == 13_000)
        let cancelled = try await call(
            PMSCancel.self, PMSCancel.Request(hotel: hotel.id, key: "4", code: booking.code))
        #expect(cancelled.status == .cancelled)
        let again = PMSCancel.Request(hotel: hotel.id, key: "5", code: booking.code)
        #expect(await error { try await call(PMSCancel.self, again) } == WireError(.conflict, "already_cancelled"))
        _ = try await call(PMSRelease.self, PMSRelease.Request(hotel: hotel.id, key: "6", hold: hold.code))
        #expect(try await call(PMSRoomTypes.self, PMSRoomTypes.Request(hotel: hotel.id)).roomTypes.count == 3)
        #expect(try await call(PMSStatus.self, Nothing()).status == "ok")
        await client.stop()
        await server.close()
    }
}
