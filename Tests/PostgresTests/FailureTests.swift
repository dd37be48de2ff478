import Loop
import Postgres
import Servers
import Support
import Testing

/// What callers hear when the server, the network or their patience ends.
@Suite struct FailureTests {
    private static let table = [
        Migration(number: 1, name: "notes", sql: "CREATE TABLE notes (id integer PRIMARY KEY)")
    ]
    private static let insert = Statement("notes.insert", "INSERT INTO notes (id) VALUES ($1)")
    private static let sleep = Statement("sleep", "SELECT pg_sleep($1)")
    private static let one = Statement("one", "SELECT 1 AS value")

    @Test func aKilledServerLosesNothingThatWasAnsweredAndIsUsedAgainWhenItReturns() async throws {
        let server = try await TestPostgres.start()
        try await withPool(migrations: Self.table, on: server) { (pool, database) async throws in
            try await pool.ping(deadline: .seconds(10))
            let writers = (0..<20).map { writer in
                Task {
                    var inserted: [Int] = []
                    var failed: [PostgresError] = []
                    for number in 0..<100_000 {
                        let id = writer * 100_000 + number
                        let error = await postgresError { try await pool.execute(Self.insert, [.int(id)]) }
                        guard let error else {
                            inserted.append(id)
                            continue
                        }
                        failed.append(error)
                        if error.kind == .notConnected { break }
                    }
                    return (inserted, failed)
                }
            }
            #expect(await eventually { (try? await database.rows("SELECT id FROM notes LIMIT 500").count) == 500 })
            await server.kill()
            var inserted: [Int] = []
            for writer in writers {
                let (ids, errors) = await writer.value
                inserted += ids
                for error in errors {
                    #expect(error.kind == .connectionLost || error.kind == .notConnected)
                    #expect(error.isTransient)
                    // Only what was sent may have happened.
                    #expect(error.outcomeUnknown == (error.kind == .connectionLost))
                }
            }
            #expect(await eventually { await !pool.isReachable })
            #expect(await postgresError { try await pool.ping() }?.isTransient == true)
            try await server.start()
            #expect(await eventually { await pool.isReachable })
            try await pool.ping()
            let found = Set(try await database.rows("SELECT id FROM notes").map { try $0.int("id") })
            #expect(Set(inserted).isSubset(of: found))
        }
    }

    @Test func withoutAServerStatementsFailAtOnce() async throws {
        let loop = try EventLoop(name: "pool")
        let pool = PostgresPool(
            loop: loop, url: PostgresURL(host: "/nowhere", user: "x", database: "x"), applicationName: "tests")
        await pool.start()
        let error = await postgresError { _ = try await pool.query(Self.one, deadline: .seconds(60)) }
        #expect(error?.kind == .notConnected)
        #expect(error?.isTransient == true && error?.outcomeUnknown == false)
        #expect(await !pool.isReachable)
        let inTransaction = await postgresError { try await pool.transaction(deadline: .seconds(60)) { _ in } }
        #expect(inTransaction?.kind == .notConnected)
        await pool.stop()
        loop.stop()
    }

    @Test func aServerThatAcceptsAndSaysNothingIsGivenUp() async throws {
        let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
        defer { Socket.close(listener) }
        let port = try #require(try Socket.localAddress(of: listener).port)
        let loop = try EventLoop(name: "pool")
        let pool = PostgresPool(
            loop: loop, url: PostgresURL(host: "127.0.0.1", port: port, user: "x"), applicationName: "tests")
        await pool.start()
        let early = await postgresError { _ = try await pool.query(Self.one, deadline: .milliseconds(50)) }
        #expect(early?.kind == .deadlineExceeded && early?.outcomeUnknown == false)
        let late = await postgresError { _ = try await pool.query(Self.one, deadline: .seconds(60)) }
        #expect(late?.kind == .notConnected)
        await pool.stop()
        loop.stop()
    }

    @Test func aStatementPastItsDeadlineIsCancelledAndItsNeighboursAreAnswered() async throws {
        try await withPool(size: 1, migrations: Self.table) { (pool, database) async throws in
            try await pool.ping(deadline: .seconds(10))
            async let slow = postgresError {
                _ = try await pool.query(Self.sleep, [.double(60)], deadline: .seconds(2))
            }
            let isRunning = await eventually {
                await sleepers(database)
                    == 1
            }
            #expect(isRunning)
            // They stand behind it on the same connection.
            let neighbours = await withTaskGroup(of: PostgresError?.self) { group in
                for number in 0..<20 {
                    group.addTask { await postgresError { try await pool.execute(Self.insert, [.int(number)]) } }
                }
                var errors: [PostgresError?] = []
                for await error in group { errors.append(error) }
                return errors
            }
            let error = await slow
            #expect(error?.kind == .deadlineExceeded)
            #expect(error?.outcomeUnknown == true)
            let stored = try await database.rows("SELECT id FROM notes").count
            let lost = neighbours.compactMap(\.self)
            #expect(lost.allSatisfy { $0.kind == .connectionLost || $0.sqlState == "57014" })
            #expect(stored >= neighbours.count - lost.count)
            #expect(stored <= neighbours.count - lost.count { !$0.outcomeUnknown })
            // The server does not go on with it, and there is a connection again.
            let isOver = await eventually {
                await sleepers(database)
                    == 0
            }
            #expect(isOver)
            try await pool.ping(deadline: .seconds(10))
        }
    }

    @Test func aCancelledCallerIsAnsweredAtOnceAndNobodyElseIsHurt() async throws {
        try await withPool(size: 1) { (pool, database) async throws in
            let caller = Task {
                await postgresError { _ = try await pool.query(Self.sleep, [.double(60)], deadline: .seconds(60)) }
            }
            let isRunning = await eventually {
                await sleepers(database)
                    == 1
            }
            #expect(isRunning)
            caller.cancel()
            let error = await caller.value
            #expect(error?.kind == .cancelled)
            #expect(error?.outcomeUnknown == true)
            // The statement that nobody waits for is cancelled, too.
            try await pool.ping(deadline: .seconds(10))
        }
    }

    @Test func anOrderlyShutdownIsALostConnection() async throws {
        let server = try await TestPostgres.start()
        try await withPool(size: 1, on: server) { (pool, database) async throws in
            let caller = Task {
                await postgresError { _ = try await pool.query(Self.sleep, [.double(60)], deadline: .seconds(60)) }
            }
            let isRunning = await eventually {
                await sleepers(database)
                    == 1
            }
            #expect(isRunning)
            await server.stop()
            let error = await caller.value
            #expect(error?.kind == .connectionLost)
            #expect(error?.sqlState == "57P01")
            #expect(error?.isTransient == true)
        }
    }

    @Test func aServerThatFallsSilentIsNotReachableUntilItSpeaksAgain() async throws {
        let server = try await TestPostgres.start()
        try await withPool(size: 1, on: server) { (pool, _) async throws in
            try await pool.ping(deadline: .seconds(10))
            await server.pause()
            let error = await postgresError { try await pool.ping(deadline: .milliseconds(500)) }
            #expect(error?.kind == .deadlineExceeded)
            #expect(await !pool.isReachable)
            await server.resume()
            #expect(await eventually { await pool.isReachable })
            try await pool.ping(deadline: .seconds(10))
        }
    }

    @Test func stoppingAnswersEverybodyAndCancelsWhatRuns() async throws {
        let database = try await TestPostgres.shared().database()
        let loop = try EventLoop(name: "pool")
        let pool = PostgresPool(
            loop: loop, url: database.url, size: 2, applicationName: "tests")
        await pool.start()
        let callers = (0..<4).map { _ in
            Task { await postgresError { _ = try await pool.query(Self.sleep, [.double(60)], deadline: .seconds(60)) } }
        }
        let isRunning = await eventually { await sleepers(database) == 2 }
        #expect(isRunning)
        await pool.stop(grace: .milliseconds(50))
        for caller in callers { #expect(await caller.value != nil) }
        #expect(await postgresError { try await pool.ping() }?.kind == .stopped)
        let isOver = await eventually { await sleepers(database) == 0 }
        #expect(isOver)
        loop.stop()
    }

    @Test func aWrongPasswordIsSaidWithoutIt() async throws {
        let server = try await TestPostgres.start(tcp: true)
        var url = server.url(database: "nosuchdatabase")
        url.host = "127.0.0.1"
        url.password = "hunter2"
        let loop = try EventLoop(name: "pool")
        let pool = PostgresPool(loop: loop, url: url, applicationName: "tests")
        await pool.start()
        let error = await postgresError { _ = try await pool.query(Self.one) }
        #expect(error?.kind == .notConnected)
        #expect(error?.description.contains("nosuchdatabase") == true)
        #expect(error?.description.contains("hunter2") == false)
        await pool.stop()
        loop.stop()
    }

    @Test func aNameIsResolved() async throws {
        let server = try await TestPostgres.start(tcp: true)
        var url = server.url(database: "postgres")
        url.host = "localhost"
        let loop = try EventLoop(name: "pool")
        let pool = PostgresPool(loop: loop, url: url, applicationName: "tests")
        await pool.start()
        #expect(try await pool.query(Self.one).first?.int("value") == 1)
        await pool.stop()
        loop.stop()
    }
}
