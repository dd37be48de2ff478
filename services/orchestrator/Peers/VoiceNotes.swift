import Contracts
import Wire

/// The words of a voice note: the notifier fetches it, tts has it transcribed.
struct VoiceNotes: Sendable {
    let notifier: WireClient
    let tts: WireClient

    private static let fetchDeadline = Duration.seconds(15)
    private static let transcribeDeadline = Duration.seconds(30)

    /// Nil when it can't be had: no speech server is configured, the note is gone, or it takes too long. The guest is then asked to write.
    func words(of providerMediaID: String, hotel: Int, languageHint: Language?) async -> String? {
        do {
            let fetched = try await notifier.call(
                NotifyFetchMedia.self, .init(hotel: hotel, providerMediaID: providerMediaID),
                deadline: Self.fetchDeadline)
            return try await tts.call(
                SpeechTranscribe.self, .init(hotel: hotel, media: fetched.media, languageHint: languageHint),
                deadline: Self.transcribeDeadline
            ).text
        } catch {
            return nil
        }
    }
}
