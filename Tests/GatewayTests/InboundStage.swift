import Contracts
import Loop
import Postgres
import Redis
import Servers
import Telemetry

@testable import gateway

/// Where messages are stored, over a database of its own.
struct InboundStage: Sendable {
    let loop: EventLoop
    let database: TestDatabase
    let pool: PostgresPool
    let store: InboundStore

    /// Gives `body` a stage, and takes it down afterwards.
    static func with(on server: TestPostgres? = nil, _ body: (InboundStage) async throws -> Void) async throws {
        let loop = try EventLoop(name: "inbound-test")
        let shared: TestPostgres
        if let server { shared = server } else { shared = try await TestPostgres.shared() }
        let database = try await shared.database(migrations: Schema.migrations)
        let pool = PostgresPool(loop: loop, url: database.url, size: 4, applicationName: "inbound-test")
        await pool.start()
        let stage = InboundStage(
            loop: loop, database: database, pool: pool, store: InboundStore(database: pool))
        var failure: (any Error)?
        do { try await body(stage) } catch { failure = error }
        await pool.stop()
        loop.stop()
        if let failure { throw failure }
    }

    /// - Parameter redis: nil: while Redis is away.
    func writer(redis: RedisClient? = nil, limits: RateLimits = RateLimits()) throws -> InboundWriter {
        let redis = try redis ?? RedisClient(loop: loop, url: RedisURL("unix:///nowhere.sock"))
        return InboundWriter(
            store: store, limiter: RateLimiter(redis: redis, limits: limits),
            observability: .quiet(service: ServiceName.gateway), loop: loop)
    }

    /// A message of the guest with this number, whose conversation is named by it.
    static func row(_ id: String, from guest: String = "34600111222", text: String = "hola") -> InboundRow {
        let now = Intake.now()
        return InboundRow(
            hotel: 1, channel: "whatsapp", messageID: id, conversation: "c-\(guest)", identity: guest, address: guest,
            profileName: "Ana", content: InboundContent(kind: .text, text: text), raw: Array(#"{"id":"\#(id)"}"#.utf8),
            sentAt: now / 1_000_000, receivedAt: now, notBefore: now)
    }

    /// The first column of one row, called `v`, as text.
    func value(_ sql: String) async throws -> String {
        try await database.rows("SELECT x.v::text AS v FROM (\(sql)) AS x (v)").first?.optionalText("v") ?? ""
    }
}
