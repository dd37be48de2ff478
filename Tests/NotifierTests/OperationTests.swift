import Contracts
import Loop
import Servers
import Support
import Synchronization
import Testing
import Wire

@testable import notifier

@Suite struct OperationTests {
    @Test func aWebMessageIsSentByItsCommitAndThePageIsNudged() async throws {
        let redis = try await TestRedis.shared()
        try await withStage(redis: redis) { stage in
            let heard = Mutex<[String]>([])
            let subscription = await stage.parts.redis.subscribe("web:1:w1") { _, payload in
                heard.withLock { $0.append(String(decoding: payload, as: UTF8.self)) }
            }
            #expect(await eventually { (try? await stage.parts.redis.publish("web:1:w1", Array("ready".utf8))) == 1 })
            let ids = try await stage.reply(
                "w1", [stage.text("Hola."), .voice(text: "Hola", language: .spanish)], to: "visitor", channel: "web")
            await stage.notifier.wake([ConversationKey(hotel: 1, conversation: "w1")])
            #expect(try await stage.becomes("sent", ids[1]))
            #expect(try await stage.status(ids[0]) == "sent")
            #expect(try await stage.value("SELECT key FROM media") == "outbound:\(ids[1])")
            await stage.parts.typing.show(
                .init(key: ConversationKey(hotel: 1, conversation: "w1"), channel: "web", messageID: "m"),
                within: .seconds(1))
            #expect(
                await eventually {
                    heard.withLock { Array($0.drop { $0 == "ready" }) } == ["message", "message", "typing"]
                })
            await subscription.cancel()
        }
    }

    @Test func withoutRedisAWebMessageIsSentAllTheSame() async throws {
        try await withStage { stage in
            let id = try await stage.reply("w1", [stage.text("Hola.")], to: "visitor", channel: "web")[0]
            #expect(try await stage.becomes("sent", id))
        }
    }

    @Test func typingMarksTheGuestsMessageAsRead() async throws {
        try await withStage { stage in
            await stage.parts.typing.show(
                .init(key: ConversationKey(hotel: 1, conversation: "c1"), channel: "whatsapp", messageID: "wamid.in"),
                within: .seconds(1))
            let reads = await stage.graph.reads
            #expect(reads.map(\.messageID) == ["wamid.in"])
            #expect(reads.map(\.isTyping) == [true])
        }
    }

    @Test func aVoiceNoteOfAGuestIsBroughtOnce() async throws {
        try await withStage { stage in
            let id = await stage.graph.receive(GraphMedia(type: "audio/ogg; codecs=opus", bytes: StageTTS.note))
            let request = NotifyFetchMedia.Request(hotel: 1, providerMediaID: id)
            let first = try await stage.parts.media.fetch(request, within: .seconds(5))
            await stage.graph.stop()
            let second = try await stage.parts.media.fetch(request, within: .seconds(5))
            #expect(first.media == second.media)
            #expect(try await stage.value("SELECT key FROM media WHERE id = \(first.media)") == "inbound:\(id)")
            #expect(
                try await stage.value("SELECT octet_length(bytes) FROM media WHERE id = \(first.media)")
                    == "\(StageTTS.note.count)")
        }
    }

    @Test func aDeadLetterIsListedAndSentAgain() async throws {
        try await withStage { stage in
            await stage.graph.misbehave(.error(131_026))
            let id = try await stage.reply("c1", [stage.text("uno")])[0]
            #expect(try await stage.becomes("dead", id))
            let lines = try await DeadLetters.list(stage.pool)
            #expect(lines.count == 2)
            #expect(lines[1].hasSuffix("1\toutbound\twhatsapp\tc1\t\(id)\trecipient:131026"))
            let letter = try #require(Int(lines[1].prefix { $0 != "\t" }))
            #expect(try await DeadLetters.retry(letter, stage.pool))
            #expect(try await stage.becomes("accepted", id))
            #expect(try await !DeadLetters.retry(letter, stage.pool))
            #expect(try await DeadLetters.list(stage.pool).count == 1)
        }
    }

    @Test func mediaThatIsGoneIsSaidToBe() async throws {
        try await withStage { stage in
            await #expect {
                try await stage.parts.media.fetch(.init(hotel: 1, providerMediaID: "12345"), within: .seconds(5))
            } throws: { ($0 as? WireError)?.code == .notFound }
            await #expect {
                try await stage.parts.media.fetch(.init(hotel: 1, providerMediaID: "../v25.0/me"), within: .seconds(5))
            } throws: { ($0 as? WireError)?.code == .invalidArgument }
        }
    }

    @Test func noTokenGoesToAHostThatAMessageNames() {
        let settings = GraphSettings(baseURL: "https://graph.facebook.com", version: "v25.0", token: "t")
        #expect(settings.mediaHosts(for: "https://evil.example/x") == ["lookaside.fbsbx.com", "graph.facebook.com"])
        #expect(settings.mediaHosts(for: "http://lookaside.fbsbx.com/x").isEmpty)
        #expect(settings.mediaHosts(for: "file:///etc/passwd").isEmpty)
        let local = GraphSettings(baseURL: "http://127.0.0.1:8080", version: "v25.0", token: "t")
        #expect(local.mediaHosts(for: "http://127.0.0.1:8080/x") == ["127.0.0.1"])
        #expect(local.mediaHosts(for: "http://lookaside.fbsbx.com/x") == ["127.0.0.1"])
    }
}
