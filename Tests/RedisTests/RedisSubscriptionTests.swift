import Loop
import Redis
import Servers
import Support
import Synchronization
import Testing

@Suite struct RedisSubscriptionTests {
    /// What a subscription has heard.
    private final class Ear: Sendable {
        private let messages = Mutex<[String]>([])
        var heard: [String] { messages.withLock(\.self) }
        func hear(_ channel: String, _ payload: [UInt8]) {
            messages.withLock { $0.append("\(channel) \(String(decoding: payload, as: UTF8.self))") }
        }
    }

    @Test func hearsWhatIsPublishedAndSubscribesAgainAfterTheServerReturns() async throws {
        let server = try await TestRedis.start()
        try await withConnectedRedis(RedisURL(server.url)) { (client) async throws in
            let ear = Ear()
            _ = await client.subscribe("web:1:a") { ear.hear($0, $1) }
            #expect(await eventually { (try? await client.publish("web:1:a", Array("héllo".utf8))) == 1 })
            #expect(await eventually { ear.heard == ["web:1:a héllo"] })
            await server.kill()
            try await server.start()
            #expect(await eventually { (try? await client.publish("web:1:a", Array("again".utf8))) == 1 })
            #expect(await eventually { ear.heard.last == "web:1:a again" })
        }
    }

    @Test func aCancelledSubscriptionHearsNothingMoreAndOthersGoOn() async throws {
        try await withConnectedRedis { (client) async throws in
            let first = Ear()
            let second = Ear()
            let subscription = await client.subscribe("cancelled") { first.hear($0, $1) }
            let both = await client.subscribe("shared") { first.hear($0, $1) }
            _ = await client.subscribe("shared") { second.hear($0, $1) }
            #expect(await eventually { (try? await client.publish("shared", [65])) == 1 })
            #expect(await eventually { first.heard == ["shared A"] && second.heard == ["shared A"] })
            await subscription.cancel()
            await both.cancel()
            #expect(await eventually { (try? await client.publish("cancelled", [66])) == 0 })
            #expect(try await client.publish("shared", [67]) == 1)
            #expect(await eventually { second.heard == ["shared A", "shared C"] })
            #expect(first.heard == ["shared A"])
            // And may be taken up again.
            _ = await client.subscribe("cancelled") { first.hear($0, $1) }
            #expect(await eventually { (try? await client.publish("cancelled", [68])) == 1 })
            #expect(await eventually { first.heard.last == "cancelled D" })
        }
    }

    @Test func twoThousandChannelsAreHeardAlsoAfterAReconnect() async throws {
        let server = try await TestRedis.start()
        try await withConnectedRedis(RedisURL(server.url)) { (client) async throws in
            let ear = Ear()
            for number in 0..<2_000 { _ = await client.subscribe("c\(number)") { ear.hear($0, $1) } }
            await server.kill()
            try await server.start()
            #expect(await eventually { (try? await client.publish("c1999", [65])) == 1 })
            #expect(await eventually { (try? await client.publish("c0", [66])) == 1 })
            #expect(await eventually { ear.heard.contains("c1999 A") && ear.heard.contains("c0 B") })
        }
    }

    @Test func aServerThatFallsSilentIsHeardAgain() async throws {
        let server = try await TestRedis.start()
        try await withConnectedRedis(RedisURL(server.url)) { (client) async throws in
            let ear = Ear()
            _ = await client.subscribe("c") { ear.hear($0, $1) }
            #expect(await eventually { (try? await client.publish("c", [65])) == 1 })
            await server.pause()
            #expect(await eventually { await !client.isConnected })
            await server.resume()
            #expect(await eventually { (try? await client.publish("c", [66])) == 1 })
            #expect(await eventually { ear.heard.last == "c B" })
        }
    }
}
