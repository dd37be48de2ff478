import Loop

/// A transaction that is open: valid within the body of `PostgresPool.transaction` only.
public struct PostgresTransaction: Sendable {
    let pool: PostgresPool
    let lease: Lease

    /// Runs a statement within the transaction and gives its rows. After one that failed, all others fail too.
    public func query(
        _ statement: Statement, _ parameters: [PostgresValue] = []
    ) async throws(PostgresError) -> [Row] {
        try await pool.run(statement, parameters, in: lease).rows
    }

    /// Runs a statement within the transaction and gives how many rows it touched.
    @discardableResult
    public func execute(
        _ statement: Statement, _ parameters: [PostgresValue] = []
    ) async throws(PostgresError) -> Int {
        try await pool.run(statement, parameters, in: lease).affected
    }
}

/// A connection that belongs to one transaction. Unchecked: touched by the loop's thread only.
final class Lease: @unchecked Sendable {
    /// Nil once the transaction is over.
    var connection: PipelineConnection?
    /// Whether BEGIN has been sent.
    var hasBegun = false
    var timer: ScheduledTimer?
    let end: ContinuousClock.Instant

    init(_ connection: PipelineConnection, end: ContinuousClock.Instant) {
        self.connection = connection
        self.end = end
    }

    var remaining: Duration { end - .now }
}
