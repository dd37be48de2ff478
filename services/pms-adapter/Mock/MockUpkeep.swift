import Glibc
import Loop
import Postgres
import Telemetry

/// Forgets what nobody will ask for again, a bounded piece at a time; any number of processes may do it at once. Nothing depends on it but
/// the size of the tables: quotes and holds run out by themselves.
actor MockUpkeep {
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let pool: PostgresPool
    private let loop: EventLoop
    private let logger: Logger
    private var rounds: Task<Void, Never>?

    static let interval = Duration.seconds(60)
    static let pieceRows = 1_000

    init(pool: PostgresPool, loop: EventLoop, logger: Logger) {
        self.pool = pool
        self.loop = loop
        self.logger = logger
    }

    /// Begins a round every minute.
    func start() {
        rounds = Task.immediate {
            while !Task.isCancelled {
                do {
                    while try await forget(now: time(nil)) >= Self.pieceRows {}
                } catch {
                    // The next round has another chance.
                    if !Task.isCancelled { logger.warning("could not forget old quotes", ["error": .error(error)]) }
                }
                // Ends early by cancellation only, which the loop's condition sees.
                try? await loop.sleep(for: Self.interval)
            }
        }
    }

    func stop() async {
        rounds?.cancel()
        await rounds?.value
    }

    /// One piece. Returns how many rows went; fewer than `pieceRows` means that there are no more.
    ///
    /// - Parameter now: seconds since 1970, UTC.
    func forget(now: Int) async throws(PostgresError) -> Int {
        let instant = PostgresValue.timestamp(microseconds: now * 1_000_000)
        let quotes = try await pool.execute(Self.forgetQuotes, [instant, .int(Self.pieceRows)])
        let mutations = try await pool.execute(Self.forgetMutations, [instant, .int(Self.pieceRows)])
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
