import Postgres

/// Forgets what nobody will ask for again, a bounded piece at a time; any number of processes may do it at once. Nothing depends on it but
/// the size of the tables: quotes and holds run out by themselves.
struct MockUpkeep {
    static let pieceRows = 1_000

    let pool: PostgresPool

    /// Returns how many rows went; fewer than `pieceRows` of each means that there are no more.
    @discardableResult
    func forget(now: Int, deadline: Duration = .seconds(5)) async throws(PostgresError) -> Int {
        let instant = PostgresValue.timestamp(microseconds: now * 1_000_000)
        let quotes = try await pool.execute(Self.forgetQuotes, [instant, .int(Self.pieceRows)], deadline: deadline)
        let mutations = try await pool.execute(
            Self.forgetMutations, [instant, .int(Self.pieceRows)], deadline: deadline)
        return quotes + mutations
    }

    private static let forgetQuotes = Statement(
        "pms.forget_quotes",
        """
        DELETE FROM quotes WHERE (hotel_id, quote_id) IN (
            SELECT hotel_id, quote_id FROM quotes WHERE expires_at < $1::timestamptz - interval '1 day'
            LIMIT $2 FOR UPDATE SKIP LOCKED)
        """)

    /// No message is retried for as long as this: after it a key means nothing.
    private static let forgetMutations = Statement(
        "pms.forget_mutations",
        """
        DELETE FROM pms_mutations WHERE (hotel_id, key) IN (
            SELECT hotel_id, key FROM pms_mutations WHERE created_at < $1::timestamptz - interval '90 days'
            LIMIT $2 FOR UPDATE SKIP LOCKED)
        """)
}
