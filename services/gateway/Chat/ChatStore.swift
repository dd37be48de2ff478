import Contracts
import JSON
import Postgres

/// What the web page reads of its conversation.
struct ChatStore: Sendable {
    let database: PostgresPool

    private static let deadline = Duration.seconds(3)
    static let historyLimit = 200
    static let rowsALook = 50

    /// A reply as the page gets it.
    struct Outgoing: Sendable {
        var id: Int
        var json: [UInt8]
        var status: String
    }

    private static let later = Statement(
        "chat.later",
        """
        SELECT o.id, o.status, extract(epoch FROM o.created_at)::bigint AS at, o.content, m.id AS media
        FROM outbound_messages o
            LEFT JOIN media m ON m.hotel_id = o.hotel_id AND o.content ? 'voice' AND m.key = 'outbound:' || o.id
        WHERE o.hotel_id = $1 AND o.conversation_id = $2 AND o.channel = 'web'
            AND o.status IN ('accepted', 'sent', 'delivered', 'read') AND o.id > $3
        ORDER BY o.id LIMIT $4
        """)

    /// Replies after `id`, in order, those only that the notifier has let go.
    func replies(_ key: ConversationKey, after id: Int) async throws -> [Outgoing] {
        try await database.query(
            Self.later, [.int(key.hotel), .text(key.conversation), .int(id), .int(Self.rowsALook)],
            deadline: Self.deadline
        ).map { row in
            var writer = JSONWriter()
            try Self.write(row, to: &writer, status: nil)
            return Outgoing(id: try row.int("id"), json: writer.bytes, status: try row.text("status"))
        }
    }

    private static let delivered = Statement(
        "chat.delivered",
        """
        UPDATE outbound_messages SET status = 'delivered'
        WHERE hotel_id = $1 AND conversation_id = $2 AND id = ANY ($3) AND status IN ('accepted', 'sent')
        """)

    /// They were written to the visitor's stream.
    func markDelivered(_ ids: [Int], _ key: ConversationKey) async throws {
        _ = try await database.execute(
            Self.delivered, [.int(key.hotel), .text(key.conversation), .intArray(ids)], deadline: Self.deadline)
    }

    private static let incoming = Statement(
        "chat.incoming",
        """
        SELECT message_id, extract(epoch FROM received_at)::bigint AS at,
            (extract(epoch FROM received_at) * 1000000)::bigint AS place, content
        FROM inbound_messages WHERE hotel_id = $1 AND conversation_id = $2 AND channel = 'web'
        ORDER BY received_at DESC LIMIT $3
        """)
    private static let outgoing = Statement(
        "chat.outgoing",
        """
        SELECT o.id, o.status, extract(epoch FROM o.created_at)::bigint AS at, o.content, m.id AS media,
            (extract(epoch FROM o.created_at) * 1000000)::bigint AS place
        FROM outbound_messages o
            LEFT JOIN media m ON m.hotel_id = o.hotel_id AND o.content ? 'voice' AND m.key = 'outbound:' || o.id
        WHERE o.hotel_id = $1 AND o.conversation_id = $2 AND o.channel = 'web'
            AND o.status IN ('accepted', 'sent', 'delivered', 'read')
        ORDER BY o.id DESC LIMIT $3
        """)

    /// The newest messages of both sides, oldest first, as `{"messages":[…]}`.
    func history(_ key: ConversationKey, limit: Int) async throws -> [UInt8] {
        let parameters: [PostgresValue] = [.int(key.hotel), .text(key.conversation), .int(limit)]
        var entries: [(place: Int, json: [UInt8])] = []
        for row in try await database.query(Self.incoming, parameters, deadline: Self.deadline) {
            let id = try row.text("message_id")
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("direction")
            writer.string("in")
            writer.key("id")
            writer.string(id)
            writer.key("client_id")
            writer.string(String(id.split(separator: ":").last ?? ""))
            writer.key("at")
            writer.int(try row.int("at"))
            writer.key("content")
            writer.raw(try row.json("content"))
            writer.key("status")
            writer.string("stored")
            writer.endObject()
            entries.append((try row.int("place"), writer.bytes))
        }
        for row in try await database.query(Self.outgoing, parameters, deadline: Self.deadline) {
            var writer = JSONWriter()
            try Self.write(row, to: &writer, status: try row.text("status"))
            entries.append((try row.int("place"), writer.bytes))
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("messages")
        writer.beginArray()
        for entry in entries.sorted(by: { $0.place < $1.place }).suffix(limit) { writer.raw(entry.json) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ row: Row, to writer: inout JSONWriter, status: String?) throws {
        writer.beginObject()
        writer.key("direction")
        writer.string("out")
        writer.key("id")
        writer.string(String(try row.int("id")))
        writer.key("at")
        writer.int(try row.int("at"))
        writer.key("content")
        writer.raw(try row.json("content"))
        if let media = try row.optionalInt("media") {
            writer.key("media")
            writer.string("/api/chat/media/\(media)")
        }
        writer.key("status")
        writer.string(status ?? "delivered")
        writer.endObject()
    }

    private static let media = Statement(
        "chat.media",
        """
        SELECT m.mime_type, m.bytes FROM media m JOIN outbound_messages o ON o.hotel_id = m.hotel_id AND m.key = 'outbound:' || o.id
        WHERE m.hotel_id = $1 AND m.id = $3 AND o.conversation_id = $2 AND o.channel = 'web'
        """)

    /// A voice note of this conversation, nil for any other.
    func media(_ id: Int, _ key: ConversationKey) async throws -> (type: String, bytes: [UInt8])? {
        let rows = try await database.query(
            Self.media, [.int(key.hotel), .text(key.conversation), .int(id)], deadline: Self.deadline)
        return try rows.first.map { (try $0.text("mime_type"), try $0.bytes("bytes")) }
    }
}
