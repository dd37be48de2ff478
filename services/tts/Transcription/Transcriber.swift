import Contracts
import HTTP
import JSON
import Wire

/// Speech to text by any server with OpenAI's `POST /v1/audio/transcriptions`: operation `speech.transcribe`.
struct Transcriber: Sendable {
    /// Without a slash at its end; nil: none is configured.
    let baseURL: String?
    let store: SpeechStore
    let outbound: Outbound

    private static let answerLimit = 1 << 20
    /// As `InboundContent.text`.
    static let textLimit = 4_096

    func transcribe(
        _ request: SpeechTranscribe.Request, within deadline: Duration
    ) async throws -> SpeechTranscribe.Response {
        guard let baseURL else {
            throw WireError(.unimplemented, "no speech server is configured (STT_BASE_URL)")
        }
        guard let media = try await store.bytes(request.media, hotel: request.hotel) else {
            throw WireError(.notFound, "there is no such media")
        }
        let form = OutboundRequest(
            "POST", "\(baseURL)/v1/audio/transcriptions",
            body: .multipart(Self.form(media.bytes, type: media.type, language: request.languageHint)),
            responseLimit: Self.answerLimit)
        let answer: OutboundResponse
        do {
            answer = try await outbound.send(form, deadline: deadline)
        } catch {
            throw WireError(
                error.phase == .timeout ? .deadlineExceeded : .unavailable, "the speech server did not answer")
        }
        guard answer.status == 200 else {
            let isItsFault = answer.status >= 500 || answer.status == 429
            throw WireError(
                isItsFault ? .unavailable : .invalidArgument, "the speech server answered with status \(answer.status)")
        }
        guard let text = (try? JSONDocument(answer.body))?.root["text"]?.string else {
            throw WireError(.unavailable, "the speech server's answer has no text")
        }
        return SpeechTranscribe.Response(text: String(text.prefix(Self.textLimit)))
    }

    private static func form(_ bytes: [UInt8], type: String, language: Language?) -> [MultipartPart] {
        // Compulsory with OpenAI; a server with one model ignores it.
        var parts = [
            MultipartPart(name: "model", text: "whisper-1"), MultipartPart(name: "response_format", text: "json"),
            MultipartPart(name: "file", filename: "voice.\(suffix(type))", contentType: type, bytes: bytes),
        ]
        if let language { parts.append(MultipartPart(name: "language", text: language.rawValue)) }
        return parts
    }

    /// Servers tell the format by the name's end.
    private static func suffix(_ type: String) -> String {
        switch type.prefix(while: { $0 != ";" }) {
        case "audio/mpeg": "mp3"
        case "audio/mp4", "audio/aac": "m4a"
        case "audio/wav", "audio/x-wav": "wav"
        case "audio/webm": "webm"
        default: "ogg"
        }
    }
}
