import Loop
import Postgres
import Servers
import Support

/// Gives `body` a started pool over a database of its own, and stops it afterwards.
func withPool<Result>(
    size: Int = 4, waiting: Int = 1_024, migrations: [Migration] = [], on server: TestPostgres? = nil,
    _ body: (PostgresPool, TestDatabase) async throws -> Result
) async throws -> Result {
    let shared: TestPostgres
    if let server { shared = server } else { shared = try await TestPostgres.shared() }
    let database = try await shared.database(migrations: migrations)
    let loop = try EventLoop(name: "pool")
    var limits = PostgresPool.Limits()
    limits.waiting = waiting
    let pool = PostgresPool(loop: loop, url: database.url, size: size, applicationName: "tests", limits: limits)
    await pool.start()
    do {
        let result = try await body(pool, database)
        await pool.stop()
        loop.stop()
        return result
    } catch {
        await pool.stop()
        loop.stop()
        throw error
    }
}

/// The error that a body throws; nil when it throws none, or another one.
func postgresError(_ body: () async throws -> Void) async -> PostgresError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}

/// How many sessions of a database run pg_sleep now.
func sleepers(_ database: TestDatabase) async -> Int? {
    let sql = """
        SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'active' AND query LIKE 'SELECT pg_sleep%'
        """
    return try? await database.rows(sql).count
}
