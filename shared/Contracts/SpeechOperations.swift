public import Wire

/// notifier → tts: speak a text as an Ogg/Opus voice note, stored in table `media`. The same key gives the same row.
public enum SpeechSynthesize: Operation {
    public struct Request: Codable, Sendable {
        public var hotel: Int
        /// Idempotency key: the outbound message that the note belongs to.
        public var key: String
        /// At most 4,096 characters.
        public var text: String
        public var language: Language

        public init(hotel: Int, key: String, text: String, language: Language) {
            self.hotel = hotel
            self.key = key
            self.text = text
            self.language = language
        }
    }

    public struct Response: Codable, Sendable {
        /// Row of table `media`.
        public var media: Int
        public var durationMilliseconds: Int

        public init(media: Int, durationMilliseconds: Int) {
            self.media = media
            self.durationMilliseconds = durationMilliseconds
        }
    }

    public static let name = "speech.synthesize"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.notifier]
}

/// orchestrator → tts: what was said in a voice note of table `media`. `unimplemented` when no speech server is configured (STT_BASE_URL).
public enum SpeechTranscribe: Operation {
    public struct Request: Codable, Sendable {
        public var hotel: Int
        public var media: Int
        public var languageHint: Language?

        public init(hotel: Int, media: Int, languageHint: Language?) {
            self.hotel = hotel
            self.media = media
            self.languageHint = languageHint
        }
    }

    public struct Response: Codable, Sendable {
        public var text: String

        public init(text: String) {
            self.text = text
        }
    }

    public static let name = "speech.transcribe"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.orchestrator]
}
