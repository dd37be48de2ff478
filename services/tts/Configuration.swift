import Loop
import Postgres
import ServiceKit

/// The settings of tts.
struct TTSConfiguration: Sendable {
    var database: PostgresURL?
    var wire: SocketAddress?
    var admin: SocketAddress?
    /// Whether voice notes are made.
    var isAudioEnabled: Bool
    var engine: SpeechEngine
    /// A server with OpenAI's `/v1/audio/transcriptions`; nil: guests' voice notes are not understood.
    var transcriptionURL: String?

    init(_ reader: inout ConfigurationReader) {
        database = reader.postgresURL()
        wire = reader.listenAddress("WIRE_LISTEN", default: "0.0.0.0:7004")
        admin = reader.listenAddress("ADMIN_LISTEN", default: "0.0.0.0:9104")
        isAudioEnabled = reader.flag("AUDIO_ENABLED", default: true)
        engine = reader.choice("TTS_ENGINE", default: .espeak)
        transcriptionURL = reader.httpAddress("STT_BASE_URL")
    }
}

/// What speaks.
enum SpeechEngine: String, CaseIterable, Sendable {
    case espeak
}
