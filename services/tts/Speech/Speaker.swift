import Contracts
import Loop
import Telemetry
import Wire

/// Makes voice notes: operation `speech.synthesize`.
actor Speaker {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let store: SpeechStore
    private let encoder: OpusEncoder
    private let seconds: Histogram
    private let logger: Logger
    private var inFlight = 0

    /// One is spoken at a time: more would only wait beyond their deadlines.
    private static let inFlightLimit = 32

    init(loop: EventLoop, store: SpeechStore, observability: Observability) {
        self.loop = loop
        self.store = store
        encoder = OpusEncoder(loop: loop)
        logger = observability.logger
        seconds = observability.metrics.histogram(
            "tts_synthesis_seconds", "Time to make a voice note, from text to Ogg/Opus.", labels: ["language"],
            buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
    }

    /// The same key gives the same note, also when it is asked for twice at once.
    func speak(_ request: SpeechSynthesize.Request, within deadline: Duration) async throws -> SpeechSynthesize.Response
    {
        guard !request.text.allSatisfy(\.isWhitespace), request.text.count <= SpokenText.limit else {
            throw WireError(.invalidArgument, "the text must have 1 to \(SpokenText.limit) characters")
        }
        guard (1...200).contains(request.key.utf8.count) else {
            throw WireError(.invalidArgument, "the key must have 1 to 200 bytes")
        }
        if let note = try await store.note(hotel: request.hotel, key: request.key) { return response(note) }
        guard inFlight < Self.inFlightLimit else {
            throw WireError(.resourceExhausted, "too many voice notes are being made", retryAfter: .milliseconds(500))
        }
        inFlight += 1
        defer { inFlight -= 1 }
        let (bytes, duration) = try await synthesize(request, within: deadline)
        let milliseconds = Int(duration / .milliseconds(1))
        guard
            let note = try await store.keep(
                bytes, durationMilliseconds: milliseconds, hotel: request.hotel, key: request.key)
        else { throw WireError(.internal, "the voice note was not kept") }
        return response(note)
    }

    private func synthesize(
        _ request: SpeechSynthesize.Request, within deadline: Duration
    ) async throws -> (bytes: [UInt8], duration: Duration) {
        let began = ContinuousClock.now
        var text = SpokenText(text: request.text)
        // A note is too large only when somebody writes for minutes: then its beginning is spoken, the whole is in the text before it.
        for _ in 0..<4 {
            let samples = try await Espeak.shared.speak(text.text, request.language)
            let left = deadline - (.now - began)
            guard left > .zero else { throw WireError(.deadlineExceeded, "the voice note was not ready in time") }
            do {
                let bytes = try await encoder.encode(samples, deadline: left)
                if bytes.count <= OpusEncoder.limit {
                    seconds.observe(.now - began, request.language.rawValue)
                    return (bytes, samples.duration)
                }
                text = text.beginning(0.9 * Double(OpusEncoder.limit) / Double(bytes.count))
            } catch ChildProcessError.deadlineExceeded, ChildProcessError.cancelled {
                throw WireError(.deadlineExceeded, "the voice note was not ready in time")
            } catch ChildProcessError.tooMuchOutput {
                text = text.beginning(0.25)
            }
        }
        throw WireError(.internal, "the text does not fit into a voice note")
    }

    private func response(_ note: SpeechStore.Note) -> SpeechSynthesize.Response {
        SpeechSynthesize.Response(media: note.media, durationMilliseconds: note.durationMilliseconds)
    }
}
