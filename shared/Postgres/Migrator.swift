import Crypto
public import Loop

/// Brings a database's schema up to date. Many processes may do it at once: one works, the others wait and find it done.
public enum Migrator {
    /// Applies what is missing, each migration with its record in one transaction, in order of their numbers. The record is table
    /// `schema_migrations`; a migration that was changed after it had run is an error, and so is one that is missing below one that has run. A
    /// database that is further ahead than `migrations` is left as it is, so that services can be replaced one at a time.
    ///
    /// - Parameters:
    ///   - migrations: numbered from 1 without gaps, in order.
    ///   - deadline: for all of it; waiting for the server to come up and for another process that migrates included.
    public static func migrate(
        _ url: PostgresURL, _ migrations: [Migration], loop: EventLoop, resolver: Resolver = Resolver(),
        deadline: Duration = .seconds(60)
    ) async throws(PostgresError) {
        for (index, migration) in migrations.enumerated() where migration.number != index + 1 {
            throw PostgresError(
                .migration, "migration \(migration.number) \(migration.name) stands where number \(index + 1) belongs")
        }
        let run = MigrationRun(url: url, loop: loop, resolver: resolver, end: .now + deadline)
        try await run.migrate(migrations)
    }
}

private actor MigrationRun {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    let url: PostgresURL
    let resolver: Resolver
    let end: ContinuousClock.Instant

    init(url: PostgresURL, loop: EventLoop, resolver: Resolver, end: ContinuousClock.Instant) {
        self.url = url
        self.loop = loop
        self.resolver = resolver
        self.end = end
    }

    private var remaining: Duration { max(.milliseconds(1), end - .now) }

    /// Any number that nobody else uses as the key of an advisory lock.
    private static let lock = 4_711_000_001

    func migrate(_ migrations: [Migration]) async throws(PostgresError) {
        let connection = try await connect()
        defer { connection.close() }
        // Held by the session: it ends with the connection, whatever happens to this process.
        _ = try await connection.query(
            "SELECT pg_advisory_lock($1)", [.int(Self.lock)], deadline: remaining)
        try await connection.script(
            """
            SET client_min_messages = warning;
            CREATE TABLE IF NOT EXISTS schema_migrations (
                number integer PRIMARY KEY,
                name text NOT NULL,
                checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """, deadline: remaining)
        let applied = try await applied(connection)
        let last = applied.keys.max() ?? 0
        for migration in migrations {
            let checksum = hex(sha256(Array(migration.sql.utf8)))
            if let known = applied[migration.number] {
                guard known == checksum else {
                    throw PostgresError(
                        .migration,
                        "migration \(migration.number) \(migration.name) was changed after it had run here; "
                            + "a change is a new migration with the next number")
                }
            } else if migration.number < last {
                throw PostgresError(
                    .migration,
                    "migration \(migration.number) \(migration.name) has not run here, but number \(last) has")
            } else {
                try await apply(migration, checksum, on: connection)
            }
        }
    }

    /// A server that is about to start is waited for.
    private func connect() async throws(PostgresError) -> PlainConnection {
        var backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(1))
        while true {
            do throws(PostgresError) {
                return try await PlainConnection.open(
                    url, applicationName: "migrate", resolver: resolver, loop: loop, deadline: remaining)
            } catch {
                let wait = backoff.next()
                guard .now + wait < end else { throw error }
                do {
                    try await loop.sleep(for: wait)
                } catch {
                    throw PostgresError(.cancelled, "the caller's task was cancelled")
                }
            }
        }
    }

    private func applied(_ connection: PlainConnection) async throws(PostgresError) -> [Int: String] {
        var checksums: [Int: String] = [:]
        let rows = try await connection.query("SELECT number, checksum FROM schema_migrations", deadline: remaining)
        for row in rows { checksums[try row.int("number")] = try row.text("checksum") }
        return checksums
    }

    private func apply(
        _ migration: Migration, _ checksum: String, on connection: PlainConnection
    ) async throws(PostgresError) {
        do throws(PostgresError) {
            try await connection.script("BEGIN", deadline: remaining)
            try await connection.script(migration.sql, deadline: remaining)
            _ = try await connection.query(
                "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)",
                [.int(migration.number), .text(migration.name), .text(checksum)], deadline: remaining)
            try await connection.script("COMMIT", deadline: remaining)
        } catch {
            var error = error
            error.statement = "migration \(migration.number) \(migration.name)"
            throw error
        }
    }
}
