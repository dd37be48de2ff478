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
        try await query(Self.find, [.int(hotel), .text(key)]).first.map(note)
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
        try await query(
            Self.insert, [.int(hotel), .text(key), .text(Self.type), .bytes(bytes), .int(durationMilliseconds)]
        ).first.map(note)
    }

    private static let read = Statement(
        "read_heard_media", "SELECT mime_type, bytes FROM media WHERE id = $1 AND hotel_id = $2")

    /// What a guest sent.
    func bytes(_ media: Int, hotel: Int) async throws -> (bytes: [UInt8], type: String)? {
        guard let row = try await query(Self.read, [.int(media), .int(hotel)]).first else { return nil }
        return (try row.bytes("bytes"), try row.text("mime_type"))
    }

    /// While the database is away the caller hears so, and asks again; each statement here may be repeated.
    private func query(_ statement: Statement, _ parameters: [PostgresValue]) async throws -> [Row] {
        do throws(PostgresError) {
            return try await database.query(statement, parameters, deadline: Self.deadline)
        } catch {
            throw error.isTransient ? WireError(.unavailable, "the database does not answer") : error
        }
    }

    private func note(_ row: Row) throws -> Note {
        Note(media: try row.int("id"), durationMilliseconds: try row.int("duration"))
    }
}
