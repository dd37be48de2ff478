import Postgres
import Wire

/// Voice notes in table `media`, by idempotency key.
struct SpeechStore: Sendable {
    let database: PostgresPool

    struct Note: Hashable, Sendable {
        var media: Int
        var durationMilliseconds: Int
    }

    static let type = "audio/ogg; codecs=opus"
    private static let deadline = Duration.seconds(5)

    private static let find = Statement(
        "find_voice_note",
        "SELECT id, coalesce(duration_milliseconds, 0) AS duration FROM media WHERE hotel_id = $1 AND key = $2")

    func note(hotel: Int, key: String) async throws -> Note? {
        try await answering {
            try await database.query(Self.find, [.int(hotel), .text(key)], deadline: Self.deadline).first.map(note)
        }
    }

    private static let insert = Statement(
        "insert_voice_note",
        """
        INSERT INTO media (hotel_id, key, mime_type, bytes, duration_milliseconds) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (hotel_id, key) DO UPDATE SET key = EXCLUDED.key
        RETURNING id, coalesce(duration_milliseconds, 0) AS duration
        """)

    /// Keeps a note, unless its key has one already; gives the one that is kept.
    func keep(_ bytes: [UInt8], durationMilliseconds: Int, hotel: Int, key: String) async throws -> Note? {
        try await answering {
            try await database.query(
                Self.insert, [.int(hotel), .text(key), .text(Self.type), .bytes(bytes), .int(durationMilliseconds)],
                deadline: Self.deadline
            ).first.map(note)
        }
    }

    private static let read = Statement(
        "read_heard_media", "SELECT mime_type, bytes FROM media WHERE id = $1 AND hotel_id = $2")

    /// What a guest sent.
    func bytes(_ media: Int, hotel: Int) async throws -> (bytes: [UInt8], type: String)? {
        try await answering {
            try await database.query(Self.read, [.int(media), .int(hotel)], deadline: Self.deadline).first.map {
                (try $0.bytes("bytes"), try $0.text("mime_type"))
            }
        }
    }

    /// A database that is away for a moment is no fault of the request: the caller may ask again.
    private func answering<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as PostgresError where error.isTransient {
            throw WireError(.unavailable, "the database does not answer")
        }
    }

    private func note(_ row: Row) throws -> Note {
        Note(media: try row.int("id"), durationMilliseconds: try row.int("duration"))
    }
}
