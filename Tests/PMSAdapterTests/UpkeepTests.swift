import Contracts
import Loop
import Postgres
import Servers
import Telemetry
import Testing

@testable import pms_adapter

@Suite struct UpkeepTests {
    @Test func `quotes are forgotten a day after they ran out, keys after three months`() async throws {
        let database = try await TestPostgres.shared().database(migrations: Schema.migrations)
        let pool = try await Database.pool(of: database)
        let hotel = try await TestHotel(on: pool)
        let upkeep = MockUpkeep(
            pool: pool, loop: try EventLoop(name: "pms-upkeep"), logger: Observability.quiet(service: "test").logger)
        let hold = try await hotel.hold(hotel.quote("double", .december(3, nights: 1)), key: "k")
        #expect(try await upkeep.forget(now: TestHotel.now + 1_800 + 86_400) == 0)
        #expect(try await upkeep.forget(now: TestHotel.now + 1_801 + 86_400) == 1)
        #expect(try await upkeep.forget(now: TestHotel.now + 90 * 86_400) == 0)
        #expect(try await upkeep.forget(now: TestHotel.now + 90 * 86_400 + 1) == 1)
        #expect(try await upkeep.forget(now: TestHotel.now + 90 * 86_400 + 1) == 0)
        #expect(await failure { try await hotel.book(hold) } == nil)
        await pool.stop()
    }
}
