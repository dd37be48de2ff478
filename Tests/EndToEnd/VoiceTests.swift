import Servers
import Support
import Testing

extension EndToEnd {
    @Suite struct VoiceTests {
        @Test func aGuestWhoAsksForAVoiceNoteGetsTheTextAndThenOggOpus() async throws {
            let system = try await EndToEnd.system()
            let guest = await system.guest()
            let text = try await guest.say("¿Hay parking? respóndeme con un audio")
            #expect(text.text.contains("aparcamiento"))
            let note = try await guest.next()
            let id = try #require(note.voice)
            let media = try #require(await system.graph.media[id])
            #expect(media.type == "audio/ogg; codecs=opus")
            #expect(holdsOpus(media.bytes))
            #expect(media.bytes.count < 512 << 10)
        }

        @Test func aVisitorWhoAsksForAVoiceNoteCanFetchIt() async throws {
            let system = try await EndToEnd.system()
            let visitor = try await system.visitor()
            let text = try await visitor.say("Is there parking? Answer me with a voice note please")
            #expect(text.voice == nil)
            let note = try await visitor.next()
            let path = try #require(note.voice)
            let answer = try await system.send("GET", path, headers: visitor.headers)
            #expect(answer.status == 200)
            #expect(answer.headers.first("Content-Type")?.hasPrefix("audio/ogg") == true)
            #expect(holdsOpus(answer.body))
            let other = try await system.visitor()
            #expect(try await system.send("GET", path, headers: other.headers).status == 404)
        }

        @Test func aVoiceNoteThatNobodyCanHearIsSaidSo() async throws {
            let system = try await EndToEnd.system()
            let guest = await system.guest()
            try await guest.speak(Array("OggS".utf8) + [UInt8](repeating: 0, count: 100))
            #expect(try await guest.next().text.contains("nota de voz"))
        }

        /// The first page of an Ogg stream (RFC 3533) whose first packet is Opus' head (RFC 7845 §5.1).
        private func holdsOpus(_ bytes: [UInt8]) -> Bool {
            bytes.starts(with: Array("OggS".utf8)) && bytes.count > 1_000
                && bytes[28..<36].elementsEqual("OpusHead".utf8)
        }
    }
}
