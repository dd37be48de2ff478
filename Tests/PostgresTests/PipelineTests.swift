import Loop
import Postgres
import Servers
import Support
import Testing

/// Many callers' statements on few connections.
@Suite struct PipelineTests {
    private static let table = [
        Migration(
            number: 1, name: "things",
            sql: """
                CREATE TABLE things (id integer PRIMARY KEY, note text NOT NULL DEFAULT '', owner integer);
                CREATE TABLE owners (id integer PRIMARY KEY);
                ALTER TABLE things ADD CONSTRAINT things_owner FOREIGN KEY (owner) REFERENCES owners DEFERRABLE INITIALLY DEFERRED;
                """)
    ]
    private static let openTransactions =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    private static let insert = Statement("things.insert", "INSERT INTO things (id) VALUES ($1)")
    private static let insertOwned = Statement("things.insertOwned", "INSERT INTO things (id, owner) VALUES ($1, $2)")
    private static let count = Statement("things.count", "SELECT count(*) AS count FROM things")
    private static let double = Statement("double", "SELECT $1::integer * 2 AS value")

    @Test func tenThousandStatementsAtOnceAllGetTheirOwnAnswer() async throws {
        try await withPool(waiting: 10_000) { (pool, _) async throws in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<10_000 {
                    group.addTask {
                        try await pool.query(Self.double, [.int(number)], deadline: .seconds(60)).first?.int("value")
                            == 2 * number
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func aFailingStatementLeavesItsNeighboursAlone() async throws {
        try await withPool(size: 1, migrations: Self.table) { (pool, _) async throws in
            let failures = await withTaskGroup(of: PostgresError?.self) { group in
                for number in 0..<300 {
                    // Every third repeats a key that is there already or is about to be.
                    group.addTask {
                        await postgresError {
                            try await pool.execute(Self.insert, [.int(number % 3 == 2 ? 0 : number)])
                        }
                    }
                }
                var failures: [PostgresError] = []
                for await error in group { if let error { failures.append(error) } }
                return failures
            }
            #expect(failures.count == 100)
            for error in failures {
                #expect(error.isUniqueViolation)
                #expect(error.constraint == "things_pkey")
                #expect(!error.isTransient && !error.outcomeUnknown)
                #expect(error.statement == "things.insert")
            }
            #expect(try await pool.query(Self.count).first?.int("count") == 200)
        }
    }

    @Test func eachStatementCommitsByItself() async throws {
        try await withPool(size: 1, migrations: Self.table) { (pool, database) async throws in
            try await pool.execute(Self.insert, [.int(1)])
            // Another session sees it although the pipeline goes on.
            #expect(try await database.rows("SELECT id FROM things").count == 1)
            #expect(try await database.rows(Self.openTransactions).isEmpty)
        }
    }

    @Test func anErrorThatComesAtTheCommitIsTold() async throws {
        try await withPool(size: 1, migrations: Self.table) { (pool, _) async throws in
            async let first = postgresError { try await pool.execute(Self.insertOwned, [.int(1), .int(99)]) }
            async let second = postgresError { try await pool.execute(Self.insert, [.int(2)]) }
            #expect(await first?.sqlState == "23503")
            #expect(await first?.constraint == "things_owner")
            #expect(await second == nil)
            #expect(try await pool.query(Self.count).first?.int("count") == 1)
        }
    }

    @Test func saysHowManyRowsWereTouched() async throws {
        try await withPool(migrations: Self.table) { (pool, _) async throws in
            #expect(try await pool.execute(Self.insertMany, [.intArray(Array(1...50).map(Optional.some))]) == 50)
            #expect(try await pool.execute(Self.deleteOdd) == 25)
            #expect(try await pool.execute(Self.count) == 1)
        }
    }
    private static let insertMany = Statement(
        "things.insertMany", "INSERT INTO things (id) SELECT * FROM unnest($1::bigint[])")
    private static let deleteOdd = Statement("things.deleteOdd", "DELETE FROM things WHERE id % 2 = 1")

    private static let late = Statement("late.all", "SELECT * FROM late")

    @Test func aStatementThatCouldNotBePreparedIsPreparedLater() async throws {
        try await withPool(size: 1) { (pool, database) async throws in
            let errors = await withTaskGroup(of: PostgresError?.self) { group in
                for _ in 0..<10 { group.addTask { await postgresError { _ = try await pool.query(Self.late) } } }
                var errors: [PostgresError?] = []
                for await error in group { errors.append(error) }
                return errors
            }
            #expect(errors.allSatisfy { $0?.sqlState == "42P01" })
            try await database.script("CREATE TABLE late (a integer); INSERT INTO late VALUES (1)")
            #expect(try await pool.query(Self.late).count == 1)
            // And its result may change its shape.
            try await database.script("ALTER TABLE late ADD COLUMN b text DEFAULT 'x'")
            #expect(try await pool.query(Self.late).first?.text("b") == "x")
        }
    }

    private static let connections =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tests'"
    private static let sleep = Statement("sleep", "SELECT pg_sleep($1)")

    @Test func aSlowStatementDoesNotHoldUpThoseThatComeAfterIt() async throws {
        try await withPool(size: 2) { (pool, database) async throws in
            let isFull = await eventually {
                (try? await database.rows(Self.connections).count) == 2
            }
            #expect(isFull)
            let slow = Task { try await pool.query(Self.sleep, [.double(30)], deadline: .seconds(60)) }
            // Idle or not, its connection is the last choice.
            for number in 0..<200 { #expect(try await pool.query(Self.double, [.int(number)]).count == 1) }
            slow.cancel()
            _ = try? await slow.value
        }
    }

    @Test func moreThanMayWaitAreRefusedAtOnce() async throws {
        try await withPool(size: 1, waiting: 5) { (pool, _) async throws in
            let held = Task {
                try await pool.transaction(deadline: .seconds(30)) { try await $0.query(Self.sleep, [.double(20)]) }
            }
            #expect(
                await eventually {
                    await postgresError { try await pool.ping(deadline: .milliseconds(20)) }?.kind == .deadlineExceeded
                })
            let errors = await withTaskGroup(of: PostgresError?.self) { group in
                for _ in 0..<20 {
                    group.addTask { await postgresError { try await pool.ping(deadline: .seconds(3)) } }
                }
                var errors: [PostgresError?] = []
                for await error in group { errors.append(error) }
                return errors
            }
            #expect(errors.count { $0?.kind == .poolExhausted } == 15)
            #expect(errors.count { $0?.kind == .deadlineExceeded && $0?.outcomeUnknown == false } == 5)
            held.cancel()
            _ = try? await held.value
        }
    }
}
