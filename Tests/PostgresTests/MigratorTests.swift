import Loop
import Postgres
import Servers
import Support
import Testing

@Suite struct MigratorTests {
    private static let first = Migration(
        number: 1, name: "one",
        sql: "CREATE TABLE a (x integer); CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS $$ SELECT 1; $$")
    private static let second = Migration(
        number: 2, name: "two", sql: "ALTER TABLE a ADD COLUMN y text; INSERT INTO a VALUES (1, 'é')")

    private func withLoop<Result>(_ body: (EventLoop) async throws -> Result) async throws -> Result {
        let loop = try EventLoop(name: "migrate")
        defer { loop.stop() }
        return try await body(loop)
    }

    @Test func appliesWhatIsMissingOnceAndInOrder() async throws {
        let database = try await TestPostgres.shared().database()
        try await withLoop { loop in
            try await Migrator.migrate(database.url, [Self.first], loop: loop)
            try await Migrator.migrate(database.url, [Self.first, Self.second], loop: loop)
            try await Migrator.migrate(database.url, [Self.first, Self.second], loop: loop)
            // An older program meets a newer schema.
            try await Migrator.migrate(database.url, [Self.first], loop: loop)
        }
        let rows = try await database.rows(
            "SELECT number, name, checksum, applied_at FROM schema_migrations ORDER BY number")
        #expect(try rows.map { try $0.text("name") } == ["one", "two"])
        #expect(try rows.allSatisfy { try $0.text("checksum").count == 64 })
        #expect(try await database.rows("SELECT x FROM a").count == 1)
    }

    @Test func manyAtOnceApplyItOnce() async throws {
        let database = try await TestPostgres.shared().database()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let loop = try EventLoop(name: "migrate")
                    defer { loop.stop() }
                    try await Migrator.migrate(database.url, [Self.first, Self.second], loop: loop)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await database.rows("SELECT x FROM a").count == 1)
    }

    @Test func aChangedMigrationIsAnErrorThatNamesIt() async throws {
        let database = try await TestPostgres.shared().database()
        try await withLoop { loop in
            try await Migrator.migrate(database.url, [Self.first], loop: loop)
            let changed = Migration(number: 1, name: "one", sql: Self.first.sql + " ")
            let error = await postgresError {
                try await Migrator.migrate(database.url, [changed, Self.second], loop: loop)
            }
            #expect(error?.kind == .migration)
            #expect(error?.message.contains("migration 1 one was changed") == true)
        }
        #expect(try await database.rows("SELECT 1 FROM schema_migrations").count == 1)
    }

    @Test func aFailingMigrationLeavesNothingBehind() async throws {
        let database = try await TestPostgres.shared().database()
        try await withLoop { loop in
            let broken = Migration(
                number: 2, name: "broken", sql: "CREATE TABLE b (x integer); SELECT no_such_function()")
            let error = await postgresError {
                try await Migrator.migrate(database.url, [Self.first, broken], loop: loop)
            }
            #expect(error?.sqlState == "42883")
            #expect(error?.statement == "migration 2 broken")
            try await Migrator.migrate(database.url, [Self.first, Self.second], loop: loop)
        }
        #expect(try await database.rows("SELECT to_regclass('b')::text AS b").first?.optionalText("b") == nil)
    }

    @Test func aGapIsRefused() async throws {
        let database = try await TestPostgres.shared().database()
        try await withLoop { loop in
            let error = await postgresError { try await Migrator.migrate(database.url, [Self.second], loop: loop) }
            #expect(error?.kind == .migration)
        }
    }

    @Test func waitsForAServerThatStarts() async throws {
        let server = try await TestPostgres.start()
        let database = try await server.database()
        await server.kill()
        try await withLoop { loop in
            async let migrated: Void = Migrator.migrate(database.url, [Self.first], loop: loop)
            try await server.start()
            try await migrated
        }
        #expect(try await database.rows("SELECT 1 FROM schema_migrations").count == 1)
    }
}
