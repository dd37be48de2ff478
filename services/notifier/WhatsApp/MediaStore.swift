import Postgres

/// Table `media`: bytes that are too large for a frame, by idempotency key.
struct MediaStore: Sendable {
    let database: PostgresPool

    private static let deadline = Duration.seconds(10)

    private static let find = Statement("find_media", "SELECT id FROM media WHERE hotel_id = $1 AND key = $2")

    func id(hotel: Int, key: String) async throws -> Int? {
        try await database.query(Self.find, [.int(hotel), .text(key)], deadline: Self.deadline).first?.int("id")
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
        try await database.query(
            Self.insert, [.int(hotel), .text(key), .text(type), .bytes(bytes)], deadline: Self.deadline
        ).first?.int("id")
    }

    private static let read = Statement(
        "read_media", "SELECT mime_type, bytes FROM media WHERE id = $1 AND hotel_id = $2")

    func bytes(_ id: Int, hotel: Int) async throws -> (bytes: [UInt8], type: String)? {
        guard let row = try await database.query(Self.read, [.int(id), .int(hotel)], deadline: Self.deadline).first
        else {
            return nil
        }
        return (try row.bytes("bytes"), try row.text("mime_type"))
    }
}
