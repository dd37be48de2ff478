import Loop
import Postgres
import Servers
import Support
import Synchronization
import Testing

@Suite struct ListenTests {
    /// What a subscription has heard.
    private final class Ear: Sendable {
        private let notifications = Mutex<[PostgresNotification]>([])
        var heard: [PostgresNotification] { notifications.withLock(\.self) }
        func hear(_ notification: PostgresNotification) { notifications.withLock { $0.append(notification) } }
    }

    @Test func hearsWhatIsNotifiedAndListensAgainAfterTheServerReturns() async throws {
        let server = try await TestPostgres.start()
        try await withPool(on: server) { (pool, database) async throws in
            let ear = Ear()
            let other = Ear()
            _ = await pool.listen("Some \"channel\"") { ear.hear($0) }
            let subscription = await pool.listen("other") { other.hear($0) }
            #expect(await eventually { ear.heard == [.listening] && other.heard == [.listening] })
            try await database.script(#"NOTIFY "Some ""channel""", 'héllo'; NOTIFY other"#)
            #expect(
                await eventually {
                    ear.heard.last == .message(payload: "héllo") && other.heard.last == .message(payload: "")
                })
            await subscription.cancel()
            await server.kill()
            try await server.start()
            #expect(await eventually { ear.heard.last == .listening })
            try await database.script(#"NOTIFY other, 'nobody hears'; NOTIFY "Some ""channel""", 'again'"#)
            #expect(await eventually { ear.heard.last == .message(payload: "again") })
            #expect(other.heard.count == 2)
        }
    }

    @Test func aSecondSubscriptionToAChannelHearsToo() async throws {
        try await withPool { (pool, database) async throws in
            let first = Ear()
            let second = Ear()
            _ = await pool.listen("c") { first.hear($0) }
            #expect(await eventually { first.heard == [.listening] })
            _ = await pool.listen("c") { second.hear($0) }
            #expect(await eventually { second.heard == [.listening] })
            try await database.script("NOTIFY c, '1'")
            #expect(await eventually { first.heard.count == 2 && second.heard.count == 2 })
        }
    }
}
