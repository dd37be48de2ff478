import Contracts
import Wire

/// Sends one part of a row by WhatsApp; a voice note is spoken and uploaded first.
struct WhatsAppChannel: Sendable {
    let graph: GraphClient
    let voice: VoiceNotes
    let timing: NotifierTiming

    /// Gives Meta's id of the message.
    ///
    /// - Parameter renew: takes more time for the claim between the steps; false when it is no longer this process's.
    func send(
        _ part: GraphPart, of row: OutboundRow, from number: String, renew: () async throws(SendFailure) -> Void
    ) async throws(SendFailure) -> String {
        let message: GraphMessage
        switch part {
        case .message(let ready):
            message = ready
        case .speech(let text, let language):
            let note = try await voice.note(for: row, text: text, language: language)
            try await renew()
            let mediaID = try await graph.upload(note, type: Self.voiceType, from: number, deadline: timing.send)
            try await renew()
            message = .voice(mediaID: mediaID)
        }
        let request = GraphRequest(
            recipient: GraphRecipient(address: row.address), message: message, outboundID: row.id)
        return try await graph.send(request, from: number, deadline: timing.send)
    }

    /// The one type that Meta takes for a voice note; `audio/opus` is refused with 131053.
    private static let voiceType = "audio/ogg; codecs=opus"
}

/// Voice notes by tts.
struct VoiceNotes: Sendable {
    let tts: WireClient
    let media: MediaStore
    let timing: NotifierTiming

    /// Has the note of a row made, and gives its place in table `media`. The row's key makes a repeat the same note.
    func make(for row: OutboundRow, text: String, language: Language) async throws(SendFailure) -> Int {
        let request = SpeechSynthesize.Request(
            hotel: row.key.hotel, key: "outbound:\(row.id)", text: text, language: language)
        do {
            return try await tts.call(SpeechSynthesize.self, request, deadline: timing.speech).media
        } catch {
            // A note has its key, so asking for it twice is asking once: only a request that is wrong, or refused for good, is not repeated.
            switch error.code {
            case .deadlineExceeded, .cancelled, .internal, .unauthenticated: throw .speech(isRetryable: true)
            default: throw .speech(isRetryable: error.retryable)
            }
        }
    }

    func note(for row: OutboundRow, text: String, language: Language) async throws(SendFailure) -> [UInt8] {
        let id = try await make(for: row, text: text, language: language)
        do {
            guard let note = try await media.bytes(id, hotel: row.key.hotel) else {
                throw SendFailure.speech(isRetryable: true)
            }
            return note.bytes
        } catch {
            // The database is away for a moment.
            throw .speech(isRetryable: true)
        }
    }
}
