import Contracts
import Postgres

/// What the notifier reads and writes of `outbound_messages` and `dead_letters`. Each verb is one commit and may be called twice: the functions
/// behind them (migration `outbound`) say what they promise.
struct OutboundStore: Sendable {
    let database: PostgresPool
    /// This process.
    let process: String
    let timing: NotifierTiming

    // MARK: Claims

    private static let claim = Statement(
        "claim_outbound",
        """
        SELECT * FROM claim_outbound(
            $1, make_interval(secs => $2), $3, $4::bigint[]::integer[], make_interval(secs => $5), $6::bigint[]::integer[], $7::text[])
        """)

    /// Claims what is due, at most one row a conversation.
    ///
    /// - Parameters:
    ///   - keys: of these conversations; nil: of any.
    ///   - number: of this claim, never used twice in this process.
    ///   - closedHotels: nothing of these on WhatsApp.
    func claim(
        _ keys: [ConversationKey]?, limit: Int, closedHotels: [Int], number: Int
    ) async throws -> [OutboundRow] {
        let owner = owner(number)
        let rows = try await database.query(
            Self.claim,
            [
                .text(owner), seconds(timing.lease), .int(limit), .intArray(closedHotels), seconds(timing.sentWait),
                keys.map { .intArray($0.map(\.hotel)) } ?? .null,
                keys.map { .textArray($0.map(\.conversation)) } ?? .null,
            ], deadline: timing.statement)
        return try rows.map { try OutboundRow($0, owner: owner) }
    }

    private static let renew = Statement(
        "renew_outbound_claim", "SELECT renew_outbound_claim($1, $2, make_interval(secs => $3)) AS is_owner")

    /// Takes more time for a claim; false when it is no longer this process's.
    func renew(_ row: OutboundRow) async throws -> Bool {
        let rows = try await database.query(
            Self.renew, [.int(row.id), .text(row.owner), seconds(timing.lease)], deadline: timing.statement)
        return try rows.first?.bool("is_owner") ?? false
    }

    private static let expire = Statement(
        "expire_outbound_claims",
        "SELECT hotel_id, conversation_id FROM expire_outbound_claims(make_interval(secs => $1), $2)")

    /// Takes claims from processes that have died; gives their conversations.
    func expireClaims(limit: Int) async throws -> [ConversationKey] {
        try await database.query(
            Self.expire, [seconds(timing.receiptWait), .int(limit)], deadline: timing.statement
        ).map(key)
    }

    private static let forget = Statement(
        "forget_outbound_claims", "SELECT forget_outbound_claims($1) AS count")

    /// Gives back what claims with these numbers took, if anything, of which this process has not heard.
    func forgetClaims(_ numbers: [Int]) async throws {
        try await database.execute(Self.forget, [.textArray(numbers.map(owner))], deadline: timing.statement)
    }

    private func owner(_ number: Int) -> String { "\(process)/\(number)" }

    // MARK: How a send ended

    private static let accepted = Statement(
        "record_outbound_accepted",
        "SELECT record_outbound_accepted($1, $2, $3, $4, $5, make_interval(secs => $6)) AS is_owner")

    /// The provider took the row's parts up to `parts`.
    ///
    /// - Parameter providerID: of the last of them; nil when a receipt told already, or there is no provider.
    /// - Returns: whether the claim is still this process's, so that it may send the next part.
    func recordAccepted(
        _ row: OutboundRow, providerID: String?, parts: Int, isLast: Bool
    ) async throws(PostgresError) -> Bool {
        let rows = try await database.query(
            Self.accepted,
            [
                .int(row.id), .text(row.owner), PostgresValue(providerID), .int(parts), .bool(isLast),
                seconds(timing.lease),
            ], deadline: timing.statement)
        return try rows.first?.bool("is_owner") ?? false
    }

    private static let giveBack = Statement(
        "return_outbound", "SELECT return_outbound($1, $2, make_interval(secs => $3), $4, $5, $6)")

    /// Puts a claimed row back into its queue.
    ///
    /// - Parameters:
    ///   - isUncertain: the provider may have taken it.
    ///   - counts: whether this was an attempt.
    func giveBack(
        _ row: OutboundRow, after delay: Duration, isUncertain: Bool = false, counts: Bool = true, reason: String? = nil
    ) async throws(PostgresError) {
        try await database.execute(
            Self.giveBack,
            [
                .int(row.id), .text(row.owner), seconds(delay), .bool(isUncertain), .bool(counts),
                PostgresValue(reason),
            ], deadline: timing.statement)
    }

    private static let bury = Statement("bury_claimed_outbound", "SELECT bury_claimed_outbound($1, $2, $3, $4)")

    /// Makes a claimed row a dead letter.
    func bury(_ row: OutboundRow, reason: String, callsPerson: Bool) async throws(PostgresError) {
        try await database.execute(
            Self.bury, [.int(row.id), .text(row.owner), .text(reason), .bool(callsPerson)], deadline: timing.statement)
    }

    // MARK: Dead letters

    private static let deadLetters = Statement(
        "count_dead_letters", "SELECT count(*) AS count FROM dead_letters WHERE resolved_at IS NULL")

    /// Those that no person has dealt with.
    func countDeadLetters() async throws -> Int {
        try await database.query(Self.deadLetters, deadline: timing.statement).first?.int("count") ?? 0
    }

    private func key(_ row: Row) throws -> ConversationKey {
        ConversationKey(hotel: try row.int("hotel_id"), conversation: try row.text("conversation_id"))
    }

    private func seconds(_ duration: Duration) -> PostgresValue { .double(duration / .seconds(1)) }
}
