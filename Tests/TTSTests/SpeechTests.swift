import Contracts
import HTTP
import Loop
import Postgres
import Servers
import Support
import Telemetry
import Testing
import Wire

@testable import tts

/// tts over a database of its own.
private func withTTS(
    sttURL: String? = nil, on loop: EventLoop? = nil, _ body: (Speaker, Transcriber, TestDatabase) async throws -> Void
) async throws {
    Signals.blockForProcess([])
    let loop = try loop ?? EventLoop(name: "tts-test")
    let database = try await TestPostgres.shared().database(migrations: Schema.migrations)
    let pool = PostgresPool(loop: loop, url: database.url, size: 4, applicationName: "tts-test")
    await pool.start()
    let store = SpeechStore(database: pool)
    let outbound = Outbound(loop: loop, observability: .quiet(service: "tts"))
    let speaker = Speaker(loop: loop, store: store, observability: .quiet(service: "tts"))
    var failure: (any Error)?
    do {
        try await body(speaker, Transcriber(baseURL: sttURL, store: store, outbound: outbound), database)
    } catch {
        failure = error
    }
    await outbound.close()
    await pool.stop()
    if let failure { throw failure }
}

private func request(_ text: String, _ language: Language = .spanish, key: String = "outbound:1")
    -> SpeechSynthesize.Request
{
    SpeechSynthesize.Request(hotel: 1, key: key, text: text, language: language)
}

@Suite struct SpeechTests {
    @Test(arguments: [
        (Language.spanish, "Su reserva está confirmada: del tres al cinco de diciembre."),
        (.english, "Your booking is confirmed, from the third to the fifth of December."),
        (.portuguese, "A sua reserva está confirmada, de três a cinco de dezembro."),
    ])
    func speaksEachLanguageAsOggOpus(language: Language, text: String) async throws {
        try await withTTS { speaker, _, database in
            let note = try await speaker.speak(request(text, language), within: .seconds(20))
            #expect((2_000...8_000).contains(note.durationMilliseconds))
            let row = try #require(
                try await database.rows("SELECT bytes, mime_type FROM media WHERE id = \(note.media)").first)
            let bytes = try row.bytes("bytes")
            #expect(bytes.starts(with: Array("OggS".utf8)))
            #expect(bytes[28..<36].elementsEqual("OpusHead".utf8))
            // One channel: the byte after the version (RFC 7845 §5.1).
            #expect(bytes[37] == 1)
            #expect(bytes.count < OpusEncoder.limit)
            #expect(try row.text("mime_type") == "audio/ogg; codecs=opus")
        }
    }

    @Test func aKnownToolReadsTheNoteWithoutComplaint() async throws {
        let checker = try Checker()
        try await withTTS { speaker, _, database in
            let note = try await speaker.speak(request("Buenos días."), within: .seconds(20))
            let bytes = try await database.rows("SELECT bytes FROM media WHERE id = \(note.media)")[0].bytes("bytes")
            let report = try await checker.check(bytes)
            #expect(report.contains("Channels: 1"))
            #expect(!report.contains("WARNING"))
        }
    }

    @Test func whileTheDatabaseIsAwayTheCallerHearsThatAskingAgainMayHelp() async throws {
        let loop = try EventLoop(name: "tts-test")
        let pool = PostgresPool(
            loop: loop, url: try PostgresURL("postgresql://test@/nothing?host=/nowhere"), applicationName: "tts-test")
        await pool.start()
        let speaker = Speaker(loop: loop, store: SpeechStore(database: pool), observability: .quiet(service: "tts"))
        let error = await #expect(throws: WireError.self) {
            try await speaker.speak(request("Hola."), within: .seconds(20))
        }
        #expect(error?.code == .unavailable && error?.retryable == true)
        await pool.stop()
        loop.stop()
    }

    @Test func theSameKeyGivesTheSameNote() async throws {
        try await withTTS { speaker, _, database in
            async let first = speaker.speak(request("Hola."), within: .seconds(20))
            async let second = speaker.speak(request("Hola."), within: .seconds(20))
            let notes = try await [first, second]
            let third = try await speaker.speak(request("Otra cosa."), within: .seconds(20))
            #expect(notes[0].media == notes[1].media)
            #expect(third.media == notes[0].media)
            #expect(third.durationMilliseconds == notes[0].durationMilliseconds)
            #expect(try await database.rows("SELECT 1 FROM media").count == 1)
        }
    }

    @Test func theLongestTextStaysBelowTheLimitForAPlayButton() async throws {
        try await withTTS { speaker, _, database in
            let text = String(repeating: "Esta frase se dice muchas veces seguidas. ", count: 97)
            let note = try await speaker.speak(request(text), within: .seconds(60))
            let size = try await database.rows("SELECT octet_length(bytes) AS size FROM media")[0].int("size")
            #expect(size <= OpusEncoder.limit)
            #expect(note.durationMilliseconds > 120_000)
        }
    }

    @Test func strangeTextsAreSpokenOrSkippedNeverATrap() async throws {
        try await withTTS { speaker, _, _ in
            let texts = [
                "<speak>&lt;b>", "[[h@'loU]]", "مرحبا 👋🏽", "a\0b", "\u{202E}abc", String(repeating: "9", count: 3_000),
                "e" + String(repeating: "\u{301}", count: 500),
            ]
            for (index, text) in texts.enumerated() {
                let note = try await speaker.speak(request(text, key: "k\(index)"), within: .seconds(60))
                #expect(note.media > 0)
            }
        }
    }

    @Test(arguments: ["", "  \n", String(repeating: "a", count: 4_097)])
    func aTextThatCantBeSpokenIsRefused(text: String) async throws {
        try await withTTS { speaker, _, _ in
            await #expect { try await speaker.speak(request(text), within: .seconds(5)) } throws: {
                ($0 as? WireError)?.code == .invalidArgument
            }
        }
    }

    @Test func aTextIsCutAfterASentence() {
        let text = SpokenText(text: "Una frase. Otra frase más larga. Y la última de todas.")
        #expect(text.beginning(0.7).text == "Una frase. Otra frase más larga.")
        #expect(text.beginning(0.3).text == "Una frase.")
        #expect(SpokenText(text: "palabra").beginning(0.5).text == "pal")
    }

    @Test func aLongNoteHasALowerBitrate() {
        #expect(OpusEncoder.bitrate(for: .seconds(10)) == 24_000)
        #expect((11_000...13_000).contains(OpusEncoder.bitrate(for: .seconds(300))))
        #expect(OpusEncoder.bitrate(for: .seconds(3_000)) == 8_000)
    }
}

@Suite struct TranscriptionTests {
    @Test func withoutASpeechServerItIsUnimplemented() async throws {
        try await withTTS { _, transcriber, _ in
            await #expect {
                try await transcriber.transcribe(.init(hotel: 1, media: 1, languageHint: nil), within: .seconds(1))
            } throws: { ($0 as? WireError)?.code == .unimplemented }
        }
    }

    @Test func aVoiceNoteIsSentAsAFormAndItsWordsComeBack() async throws {
        let server = try await SpeechServer.start(answer: .text("¿Tienen una doble?"))
        try await withTTS(sttURL: await server.url, on: server.loop) { speaker, transcriber, _ in
            let note = try await speaker.speak(request("¿Tienen una doble?"), within: .seconds(20))
            let answer = try await transcriber.transcribe(
                .init(hotel: 1, media: note.media, languageHint: .spanish), within: .seconds(5))
            #expect(answer.text == "¿Tienen una doble?")
            let form = String(decoding: await server.forms[0], as: UTF8.self)
            #expect(form.contains("name=\"model\"\r\n\r\nwhisper-1"))
            #expect(form.contains("name=\"language\"\r\n\r\nes"))
            #expect(form.contains("filename=\"voice.ogg\"\r\nContent-Type: audio/ogg; codecs=opus\r\n\r\nOggS"))
        }
    }

    @Test(arguments: [
        (SpeechServer.Answer.status(500), WireCode.unavailable), (.status(400), .invalidArgument),
        (.body("{}"), .unavailable),
        (.body("no JSON"), .unavailable), (.silence, .deadlineExceeded),
    ])
    func aServerThatFailsIsToldApart(answer: SpeechServer.Answer, code: WireCode) async throws {
        let server = try await SpeechServer.start(answer: answer)
        try await withTTS(sttURL: await server.url, on: server.loop) { speaker, transcriber, _ in
            let note = try await speaker.speak(request("Hola."), within: .seconds(20))
            await #expect {
                try await transcriber.transcribe(
                    .init(hotel: 1, media: note.media, languageHint: nil), within: .milliseconds(300))
            } throws: { ($0 as? WireError)?.code == code }
        }
    }

    @Test func mediaOfAnotherHotelIsNotThere() async throws {
        let server = try await SpeechServer.start(answer: .text("no"))
        try await withTTS(sttURL: await server.url, on: server.loop) { speaker, transcriber, _ in
            let note = try await speaker.speak(request("Hola."), within: .seconds(20))
            await #expect {
                try await transcriber.transcribe(
                    .init(hotel: 2, media: note.media, languageHint: nil), within: .seconds(1))
            } throws: { ($0 as? WireError)?.code == .notFound }
        }
    }
}

/// `opusinfo`, the reference tools' own check.
private actor Checker {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init() throws { loop = try EventLoop(name: "checker") }

    func check(_ bytes: [UInt8]) async throws -> String {
        let script = "f=$(mktemp) && cat > \"$f\" && opusinfo \"$f\"; rm -f \"$f\""
        let output = try await ChildProcess.run(
            "sh", ["-c", script], input: bytes, outputLimit: 65_536, deadline: .seconds(20), on: loop)
        return String(decoding: output.standardOutput + output.standardError, as: UTF8.self)
    }
}
