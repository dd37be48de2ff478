import Contracts
import JSON
import Postgres

/// A message that was stored now, not before.
struct StoredMessage: Sendable, Hashable {
    var key: ConversationKey
    var channel: String
    var messageID: String
}

/// Writes `inbound_messages`, `receipts` and `guest_identities`.
struct InboundStore: Sendable {
    let database: PostgresPool

    private static let deadline = Duration.seconds(5)

    private static let insert = Statement(
        "insert_inbound",
        """
        INSERT INTO inbound_messages
            (hotel_id, channel, message_id, conversation_id, address, profile_name, content, raw, sent_at, received_at, not_before,
             traceparent)
        SELECT g.hotel_id, g.channel, g.message_id, coalesce(i.conversation_id, g.conversation_id), g.address, g.profile_name,
            g.content, g.raw, g.sent_at, g.received_at, g.not_before, g.traceparent
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[], $9::bytea[],
                $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::text[])
            AS g (hotel_id, channel, message_id, conversation_id, identity, address, profile_name, content, raw, sent_at, received_at,
                not_before, traceparent)
            LEFT JOIN guest_identities i
            ON i.hotel_id = g.hotel_id AND i.channel = g.channel AND i.identity = g.identity
        ORDER BY g.hotel_id, g.channel, g.message_id
        ON CONFLICT DO NOTHING
        RETURNING hotel_id, channel, message_id, conversation_id
        """)

    /// Stores rows in one transaction; gives those that were new.
    func insert(_ rows: [InboundRow]) async throws -> [StoredMessage] {
        let sorted = rows.sorted(by: InboundRow.precedes)
        let stored = try await database.query(
            Self.insert,
            [
                .intArray(sorted.map(\.hotel)), .textArray(sorted.map(\.channel)), .textArray(sorted.map(\.messageID)),
                .textArray(sorted.map(\.conversation)), .textArray(sorted.map(\.identity)),
                .textArray(sorted.map(\.address)), .textArray(sorted.map(\.profileName)),
                .jsonArray(try sorted.map { try JSONCoder.encode($0.content) }), .bytesArray(sorted.map(\.raw)),
                .timestampArray(sorted.map { $0.sentAt.map { $0 * 1_000_000 } }),
                .timestampArray(sorted.map(\.receivedAt)), .timestampArray(sorted.map(\.notBefore)),
                .textArray(sorted.map(\.traceparent)),
            ], deadline: Self.deadline)
        return try stored.map { row in
            StoredMessage(
                key: ConversationKey(hotel: try row.int("hotel_id"), conversation: try row.text("conversation_id")),
                channel: try row.text("channel"), messageID: try row.text("message_id"))
        }
    }

    private static let link = Statement("link_identities", "SELECT link_identities($1, $2, $3, $4) AS conversation")

    /// The conversation of a guest who is known by several identities, which are remembered as the same guest's.
    ///
    /// - Parameters:
    ///   - identities: the steadiest first; never empty.
    ///   - candidate: for a guest who is new.
    func link(_ identities: [String], candidate: String, hotel: Int, channel: String) async throws -> String {
        let rows = try await database.query(
            Self.link, [.int(hotel), .text(channel), .textArray(identities), .text(candidate)], deadline: Self.deadline)
        return try rows.first?.text("conversation") ?? candidate
    }

    private static let receipts = Statement(
        "insert_receipts",
        """
        INSERT INTO receipts (hotel_id, provider_id, status, outbound_id, error_code, received_at)
        SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS r (h, p, s, o, e), now()
        ORDER BY h, p, s
        ON CONFLICT DO NOTHING
        """)

    /// Keeps delivery receipts, keyed by message and status, before the webhook is answered; the notifier applies them.
    func insert(_ statuses: [(hotel: Int, status: WebhookPayload.Status)]) async throws {
        guard !statuses.isEmpty else { return }
        let sorted = statuses.sorted {
            ($0.hotel, $0.status.providerID, $0.status.status) < ($1.hotel, $1.status.providerID, $1.status.status)
        }
        _ = try await database.execute(
            Self.receipts,
            [
                .intArray(sorted.map(\.hotel)), .textArray(sorted.map(\.status.providerID)),
                .textArray(sorted.map(\.status.status)), .intArray(sorted.map(\.status.outboundID)),
                .intArray(sorted.map(\.status.errorCode)),
            ], deadline: Self.deadline)
    }
}
