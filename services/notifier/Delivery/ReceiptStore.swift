import Contracts
import Postgres

/// What the notifier reads and writes of `receipts`.
struct ReceiptStore: Sendable {
    let database: PostgresPool
    let timing: NotifierTiming

    /// A message that its provider accepted, and then reported as failed.
    struct Failure: Sendable {
        var outboundID: Int
        var providerID: String
        var code: Int?
        var attempt: Int
        /// More than one when a long text went in pieces.
        var parts: Int
        var channel: String
    }

    struct Applied: Sendable {
        /// Conversations in which something moved: their next message may go.
        var moved: Set<ConversationKey> = []
        var failures: [Failure] = []
        /// Whether there may be more.
        var isFull = false
    }

    static let limit = 1_000

    private static let apply = Statement("apply_receipts", "SELECT * FROM apply_receipts($1)")

    /// Applies receipts that wait. A failure is only told: it stays until `record` has what was decided about it.
    func apply() async throws -> Applied {
        let rows = try await database.query(Self.apply, [.int(Self.limit)], deadline: timing.statement)
        var applied = Applied(isFull: rows.count == Self.limit)
        for row in rows {
            let key = ConversationKey(hotel: try row.int("hotel_id"), conversation: try row.text("conversation_id"))
            guard try row.bool("is_failure") else {
                applied.moved.insert(key)
                continue
            }
            applied.failures.append(
                Failure(
                    outboundID: try row.int("outbound_id"), providerID: try row.text("provider_id"),
                    code: try row.optionalInt("error_code"), attempt: try row.int("attempts"),
                    parts: try row.int("parts"), channel: try row.text("channel")))
        }
        return applied
    }

    private static let come = Statement(
        "receipt_has_come",
        "SELECT EXISTS (SELECT FROM receipts WHERE hotel_id = $1 AND provider_id = $2 AND status <> 'failed') AS has_come"
    )

    /// Whether a message is on its way, by any receipt of it.
    func hasCome(_ providerID: String, hotel: Int) async throws -> Bool {
        try await database.query(Self.come, [.int(hotel), .text(providerID)], deadline: timing.statement)
            .first?.bool("has_come") ?? false
    }

    private static let recordFailed = Statement(
        "record_outbound_failed", "SELECT record_outbound_failed($1, $2, make_interval(secs => $3), $4, $5)")

    /// - Parameter delay: sends it again after this time; nil: it is a dead letter.
    func record(_ failure: Failure, retryAfter delay: Duration?, reason: String, callsPerson: Bool) async throws {
        try await database.execute(
            Self.recordFailed,
            [
                .int(failure.outboundID), .text(failure.providerID),
                delay.map { .double($0 / .seconds(1)) } ?? .null, .text(reason), .bool(callsPerson),
            ], deadline: timing.statement)
    }
}
