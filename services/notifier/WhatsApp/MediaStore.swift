import Postgres
import Wire

/// Table `media`: bytes that are too large for a frame, by idempotency key.
struct MediaStore: Sendable {
    let database: PostgresPool

    private static let deadline = Duration.seconds(10)

    private static let find = Statement("find_media", "SELECT id FROM media WHERE hotel_id = $1 AND key = $2")

    func id(hotel: Int, key: String) async throws -> Int? {
        try await query(Self.find, [.int(hotel), .text(key)]).first?.int("id")
    }

    private static let insert = Statement(
        "insert_media",
        """
        INSERT INTO media (hotel_id, key, mime_type, bytes) VALUES ($1, $2, $3, $4)
        ON CONFLICT (hotel_id, key) DO UPDATE SET key = EXCLUDED.key
        RETURNING id
        """)

    /// Keeps bytes under a key, unless something is there already; gives the row's id either way.
    func keep(_ bytes: [UInt8], type: String, hotel: Int, key: String) async throws -> Int? {
        try await query(Self.insert, [.int(hotel), .text(key), .text(type), .bytes(bytes)]).first?.int("id")
    }

    private static let read = Statement(
        "read_media", "SELECT mime_type, bytes FROM media WHERE id = $1 AND hotel_id = $2")

    func bytes(_ id: Int, hotel: Int) async throws -> (bytes: [UInt8], type: String)? {
        guard let row = try await query(Self.read, [.int(id), .int(hotel)]).first else { return nil }
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
}
