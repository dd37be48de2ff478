import Contracts
import JSON
import Postgres

/// A conversation taken by this process: a lease and an attempt are committed.
struct Claim: Sendable {
    var version: Int
    var memory: [UInt8]
    var channel: String
    /// A phone number, a user id, a web visitor.
    var address: String
    var profileName: String?
    /// Processes that have begun this turn, this one included.
    var attempts: Int
    /// All that waits, in the order in which it came; at most `ConversationStore.messagesATurn`.
    var messages: [WaitingMessage]
}

/// An unprocessed row of `inbound_messages`.
struct WaitingMessage: Decodable, Sendable {
    /// The provider's.
    var id: String
    var content: InboundContent
    var traceparent: String?
    /// Unix microseconds.
    var receivedAt: Int

    private enum CodingKeys: String, CodingKey {
        case id, content, traceparent
        case receivedAt = "received_at"
    }

    init(from decoder: any Decoder) throws {
        let stored = try decoder.container(keyedBy: CodingKeys.self)
        id = try stored.decode(String.self, forKey: .id)
        // What another version stored is answered as something that can't be read: it must not keep the guest's other messages waiting.
        content = (try? stored.decode(InboundContent.self, forKey: .content)) ?? InboundContent(kind: .unsupported)
        traceparent = try stored.decodeIfPresent(String.self, forKey: .traceparent)
        receivedAt = try stored.decode(Int.self, forKey: .receivedAt)
    }
}

/// How a turn ends.
struct TurnEnd: Sendable {
    var memory: SessionMemory
    /// The turn's messages by id, in order; never empty.
    var messages: [String]
    var replies: [OutboundContent]
    var handoff: HandoffRequest?
    var traceparent: String?
    /// Why the messages are given up, when they are.
    var deadReason: String?
    /// The command whose outcome ended it.
    var finished: FinishedCommand?
}

struct FinishedCommand: Sendable {
    var key: String
    var outcome: PMSOutcome
}

/// What orchestrators read and write of `inbound_messages`, `session_states`, `pms_commands` and `outbound_messages`.
struct ConversationStore: Sendable {
    let database: PostgresPool
    /// This process: leases carry it.
    let owner: String

    static let leaseSeconds = 5
    static let messagesATurn = 64
    private static let deadline = Duration.seconds(5)

    private static let claim = Statement(
        "claim_conversation",
        """
        SELECT version, state, channel, address, profile_name, attempts, messages
        FROM claim_conversation($1, $2, $3, make_interval(secs => $4), $5)
        """)

    /// Nil when another process has the conversation, or nothing waits in it.
    func claim(_ key: ConversationKey) async throws -> Claim? {
        let rows = try await database.query(
            Self.claim,
            [
                .int(key.hotel), .text(key.conversation), .text(owner), .double(Double(Self.leaseSeconds)),
                .int(Self.messagesATurn),
            ], deadline: Self.deadline)
        guard let row = rows.first else { return nil }
        return Claim(
            version: try row.int("version"), memory: try row.json("state"), channel: try row.text("channel"),
            address: try row.text("address"), profileName: try row.optionalText("profile_name"),
            attempts: try row.int("attempts"),
            messages: try JSONCoder.decode([WaitingMessage].self, from: try row.json("messages")))
    }

    private static let renew = Statement(
        "renew_lease",
        """
        UPDATE session_states SET lease_until = clock_timestamp() + make_interval(secs => $4)
        WHERE hotel_id = $1 AND conversation_id = $2 AND lease_owner = $3
        """)

    /// False when the conversation is no longer this process's.
    func renew(_ key: ConversationKey) async throws -> Bool {
        try await database.execute(
            Self.renew,
            [.int(key.hotel), .text(key.conversation), .text(owner), .double(Double(Self.leaseSeconds))],
            deadline: Self.deadline) == 1
    }

    private static let release = Statement(
        "release_lease",
        """
        UPDATE session_states SET lease_owner = NULL, lease_until = NULL, attempts = greatest(attempts - 1, 0)
        WHERE hotel_id = $1 AND conversation_id = $2 AND lease_owner = $3
        """)

    /// Gives a conversation back untouched, so that another process takes it at once.
    func release(_ key: ConversationKey) async throws {
        _ = try await database.execute(
            Self.release, [.int(key.hotel), .text(key.conversation), .text(owner)], deadline: Self.deadline)
    }

    private static let commitTurn = Statement(
        "commit_turn",
        "SELECT commit_turn($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS more")

    /// Commits a turn, whole or not at all; true when more messages wait.
    func commit(_ end: TurnEnd, _ key: ConversationKey, version: Int) async throws -> Bool {
        let rows = try await database.query(
            Self.commitTurn,
            [
                .int(key.hotel), .text(key.conversation), .int(version), .text(owner),
                .json(try JSONCoder.encode(end.memory)), .textArray(end.messages),
                .jsonArray(try end.replies.map { try JSONCoder.encode($0) }), PostgresValue(end.traceparent),
                PostgresValue(end.handoff?.reason), PostgresValue(end.handoff?.summary), PostgresValue(end.deadReason),
                PostgresValue(end.finished?.key),
                PostgresValue(json: try end.finished.map { try JSONCoder.encode($0.outcome) }),
            ], deadline: Self.deadline)
        return try rows.first?.bool("more") ?? false
    }

    private static let commitCommand = Statement(
        "commit_command", "SELECT commit_command($1, $2, $3, $4, $5, $6, $7, NULL, NULL, NULL, $8, $9)")

    /// Commits a command before it runs, with the state that awaits it. `finished` is the command that the turn awaited before.
    func commit(
        _ suspended: SuspendedTurn, _ memory: SessionMemory, _ key: ConversationKey, channel: String, version: Int,
        finished: FinishedCommand?
    ) async throws {
        _ = try await database.query(
            Self.commitCommand,
            [
                .int(key.hotel), .text(key.conversation), .int(version), .text(owner),
                .json(try JSONCoder.encode(memory)), .text(suspended.key(channel: channel)),
                .json(try JSONCoder.encode(suspended.command)), PostgresValue(finished?.key),
                PostgresValue(json: try finished.map { try JSONCoder.encode($0.outcome) }),
            ], deadline: Self.deadline)
    }

    private static let waiting = Statement(
        "waiting_conversations",
        """
        SELECT i.hotel_id, i.conversation_id
        FROM inbound_messages i LEFT JOIN session_states s USING (hotel_id, conversation_id)
        WHERE i.processed_at IS NULL AND i.not_before <= now() AND i.received_at < now() - interval '1 second'
            AND (s.lease_until IS NULL OR s.lease_until < clock_timestamp() OR s.lease_owner = $1)
        GROUP BY i.hotel_id, i.conversation_id
        ORDER BY min(i.received_at)
        LIMIT $2
        """)

    /// Conversations whose messages wait and that no other process has, those that wait longest first.
    func waiting(limit: Int) async throws -> [ConversationKey] {
        try await database.query(Self.waiting, [.text(owner), .int(limit)], deadline: Self.deadline).map {
            ConversationKey(hotel: try $0.int("hotel_id"), conversation: try $0.text("conversation_id"))
        }
    }
}
