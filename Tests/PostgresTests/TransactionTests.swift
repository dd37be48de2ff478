import Loop
import Postgres
import Servers
import Support
import Testing

@Suite struct TransactionTests {
    private struct Refusal: Error {}

    private static let table = [
        Migration(
            number: 1, name: "accounts",
            sql: """
                CREATE TABLE accounts (id integer PRIMARY KEY, amount integer NOT NULL CHECK (amount >= 0));
                INSERT INTO accounts VALUES (1, 100), (2, 0);
                """)
    ]
    private static let openTransactions =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    private static let move = Statement("accounts.move", "UPDATE accounts SET amount = amount + $2 WHERE id = $1")
    private static let amount = Statement("accounts.amount", "SELECT amount FROM accounts WHERE id = $1")
    private static let sleep = Statement("sleep", "SELECT pg_sleep($1)")

    @Test func commitsAllOfIt() async throws {
        try await withPool(migrations: Self.table) { (pool, database) async throws in
            let left = try await pool.transaction { transaction in
                try await transaction.execute(Self.move, [.int(1), .int(-30)])
                try await transaction.execute(Self.move, [.int(2), .int(30)])
                // Not seen from outside yet.
                #expect(try await pool.query(Self.amount, [.int(2)]).first?.int("amount") == 0)
                return try await transaction.query(Self.amount, [.int(1)]).first?.int("amount")
            }
            #expect(left == 70)
            #expect(try await pool.query(Self.amount, [.int(2)]).first?.int("amount") == 30)
            #expect(try await database.rows(Self.openTransactions).isEmpty)
        }
    }

    @Test func rollsBackWhenItsBodyThrows() async throws {
        try await withPool(migrations: Self.table) { (pool, _) async throws in
            await #expect(throws: Refusal.self) {
                try await pool.transaction { transaction in
                    try await transaction.execute(Self.move, [.int(1), .int(-30)])
                    throw Refusal()
                }
            }
            #expect(try await pool.query(Self.amount, [.int(1)]).first?.int("amount") == 100)
        }
    }

    @Test func aFailedStatementThatItsBodyIgnoresIsNotCommitted() async throws {
        try await withPool(size: 1, migrations: Self.table) { (pool, _) async throws in
            let error = await postgresError {
                try await pool.transaction { transaction in
                    try await transaction.execute(Self.move, [.int(1), .int(-30)])
                    let refused = await postgresError {
                        try await transaction.execute(Self.move, [.int(1), .int(-500)])
                    }
                    #expect(refused?.sqlState == "23514")
                }
            }
            #expect(error?.kind == .transactionAborted)
            #expect(error?.outcomeUnknown == false)
            #expect(try await pool.query(Self.amount, [.int(1)]).first?.int("amount") == 100)
        }
    }

    @Test func aTransactionWhoseFirstStatementFailsChangesNothing() async throws {
        try await withPool(size: 1, migrations: Self.table) { (pool, _) async throws in
            let error = await postgresError {
                try await pool.transaction { transaction in
                    _ = await postgresError { try await transaction.execute(Self.move, [.int(1), .text("secret")]) }
                    try await transaction.execute(Self.move, [.int(2), .int(30)])
                }
            }
            #expect(error?.sqlState == "25P02")
            #expect(try await pool.query(Self.amount, [.int(2)]).first?.int("amount") == 0)
        }
    }

    @Test func doesNothingWhenItsBodyDoes() async throws {
        try await withPool(migrations: Self.table) { (pool, _) async throws in
            #expect(try await pool.transaction { _ in 7 } == 7)
        }
    }

    @Test func manyTakeTurnsOnFewConnections() async throws {
        try await withPool(size: 3, migrations: Self.table) { (pool, _) async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await pool.transaction(deadline: .seconds(60)) { transaction in
                            try await transaction.execute(Self.move, [.int(1), .int(-1)])
                            // A statement outside finds a connection although transactions wait for one.
                            _ = try await pool.query(Self.amount, [.int(2)], deadline: .seconds(60))
                            try await transaction.execute(Self.move, [.int(2), .int(1)])
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await pool.query(Self.amount, [.int(1)]).first?.int("amount") == 0)
            #expect(try await pool.query(Self.amount, [.int(2)]).first?.int("amount") == 100)
        }
    }

    @Test func aDeadlockIsTransientAndOneOfTheTwoGoesOn() async throws {
        try await withPool(migrations: Self.table) { (pool, _) async throws in
            let errors = await withTaskGroup(of: PostgresError?.self) { group in
                for (first, second) in [(1, 2), (2, 1)] {
                    group.addTask {
                        await postgresError {
                            try await pool.transaction(deadline: .seconds(30)) { transaction in
                                try await transaction.execute(Self.move, [.int(first), .int(1)])
                                _ = try await transaction.query(Self.sleep, [.double(0.2)])
                                try await transaction.execute(Self.move, [.int(second), .int(1)])
                            }
                        }
                    }
                }
                var errors: [PostgresError] = []
                for await error in group { if let error { errors.append(error) } }
                return errors
            }
            #expect(errors.count == 1)
            #expect(errors.first?.sqlState == "40P01")
            #expect(errors.first?.isTransient == true)
        }
    }

    @Test func itsDeadlineRollsItBackEvenWhileItsBodyDoesSomethingElse() async throws {
        try await withPool(size: 2, migrations: Self.table) { (pool, database) async throws in
            let gate = AsyncStream<Void>.makeStream()
            let locked = AsyncStream<Void>.makeStream()
            async let outcome = postgresError {
                try await pool.transaction(deadline: .seconds(2)) { transaction in
                    defer { locked.continuation.finish() }
                    try await transaction.execute(Self.move, [.int(1), .int(-30)])
                    locked.continuation.finish()
                    for await _ in gate.stream { break }
                }
            }
            for await _ in locked.stream {}
            // The lock is gone although the body has not come back.
            let isFree = await eventually {
                let statement = "UPDATE accounts SET amount = 5 WHERE id = 1 AND amount = 100"
                return (try? await database.script("SET lock_timeout = '50ms'; " + statement)) != nil
            }
            #expect(isFree)
            gate.continuation.yield()
            let error = await outcome
            #expect(error?.kind == .deadlineExceeded)
            #expect(error?.outcomeUnknown == false)
            #expect(try await pool.query(Self.amount, [.int(1)], deadline: .seconds(10)).first?.int("amount") == 5)
        }
    }

    @Test func aCancelledTaskRollsBack() async throws {
        try await withPool(size: 2, migrations: Self.table) { (pool, database) async throws in
            let task = Task {
                try await pool.transaction(deadline: .seconds(60)) { transaction in
                    try await transaction.execute(Self.move, [.int(1), .int(-30)])
                    _ = try await transaction.query(Self.sleep, [.double(60)])
                }
            }
            let isRunning = await eventually {
                (try? await database.rows("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'").count)
                    == 1
            }
            #expect(isRunning)
            task.cancel()
            await #expect(throws: PostgresError.self) { try await task.value }
            #expect(try await pool.query(Self.amount, [.int(1)], deadline: .seconds(10)).first?.int("amount") == 100)
        }
    }

    @Test func aConnectionLostBeforeTheCommitHasNoUnknownOutcome() async throws {
        let server = try await TestPostgres.start()
        try await withPool(migrations: Self.table, on: server) { (pool, _) async throws in
            let error = await postgresError {
                try await pool.transaction(deadline: .seconds(30)) { transaction in
                    try await transaction.execute(Self.move, [.int(1), .int(-30)])
                    await server.kill()
                    try await transaction.execute(Self.move, [.int(2), .int(30)])
                }
            }
            #expect(error?.kind == .connectionLost)
            #expect(error?.outcomeUnknown == false)
            try await server.start()
            #expect(await eventually { await pool.isReachable })
            #expect(try await pool.query(Self.amount, [.int(1)]).first?.int("amount") == 100)
        }
    }
}
