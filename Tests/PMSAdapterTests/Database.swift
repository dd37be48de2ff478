import Contracts
import Loop
import Postgres
import Servers

/// One database for all tests of this target; each makes its own hotel in it.
enum Database {
    static func pool() async throws -> PostgresPool { try await shared.value }

    private static let shared = Task {
        let database = try await TestPostgres.shared().database(migrations: Schema.migrations)
        return try await pool(of: database)
    }

    /// Enough connections for real contention.
    static func pool(of database: TestDatabase) async throws -> PostgresPool {
        let pool = PostgresPool(
            loop: try EventLoop(name: "pms-tests"), url: database.url, size: 24, applicationName: "pms-adapter tests")
        await pool.start()
        return pool
    }
}
