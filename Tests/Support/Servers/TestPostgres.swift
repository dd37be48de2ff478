import Glibc
public import Loop
public import Postgres
import Synchronization

/// A private PostgreSQL server for tests: on a Unix socket in a directory of its own, gone when the test's process is. Without fsync, because it
/// need not outlive the machine; a killed server loses nothing all the same.
public actor TestPostgres {
    /// One for the whole test process.
    public static func shared() async throws -> TestPostgres { try await sharedServer.value }

    private static let sharedServer = Task { try await TestPostgres.start() }

    /// The loop on which the support's own statements run.
    public static let loop: EventLoop = {
        // Without a loop no test can run.
        // swift-format-ignore: NeverUseForceTry
        try! EventLoop(name: "test-servers")
    }()

    /// The directory of its socket, its data and its log (`log`).
    public nonisolated let directory: String
    /// Nil: on the Unix socket only.
    public nonisolated let port: UInt16?
    private let settings: [String]
    private let guardian: Guardian
    private var process: SpawnedProcess?
    private var count = 0

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - tcp: whether it listens on a free port of 127.0.0.1 too.
    ///   - durable: with fsync, for what measures commits.
    ///   - settings: lines of postgresql.conf, such as `max_connections=50`.
    public static func start(
        tcp: Bool = false, durable: Bool = false, settings: [String] = []
    ) async throws -> TestPostgres {
        let server = try TestPostgres(tcp: tcp, durable: durable, settings: settings)
        try await server.initialize()
        try await server.start()
        return server
    }

    private init(tcp: Bool, durable: Bool, settings: [String]) throws {
        directory = try makeTemporaryDirectory("pg")
        port = tcp ? try freePort() : nil
        self.settings =
            [
                "unix_socket_directories=\(directory)", "listen_addresses=\(tcp ? "127.0.0.1" : "")",
                "port=\(port ?? 5_432)", "max_connections=300", "fsync=\(durable ? "on" : "off")",
                "full_page_writes=\(durable ? "on" : "off")", "log_line_prefix=%m [%p] %q%a ",
            ] + settings
        guardian = try Self.guardian(of: directory)
    }

    /// Ends a server (an immediate shutdown ends its children too), or what else works on its directory, and removes the directory.
    private static func guardian(of directory: String) throws -> Guardian {
        try Guardian(
            """
            [ "$pid" ] && kill -QUIT "$pid" 2>/dev/null
            for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
            [ "$pid" ] && kill -9 "$pid" 2>/dev/null
            rm -rf "$1"
            """, [directory])
    }

    /// A freshly initialised data directory, made once and copied for each server.
    private static let pristine = Task {
        let directory = try makeTemporaryDirectory("pg-new")
        let guardian = try TestPostgres.guardian(of: directory)
        try giveToPostgres(directory)
        let arguments = [
            "-D", "\(directory)/data", "--username=test", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync",
            "--no-instructions",
        ]
        let process = try spawn("\(binaries.get())/initdb", arguments, in: directory)
        guardian.watch(process.pid)
        try await finish(process)
        return (directory: directory, guardian: guardian)
    }

    private func initialize() async throws {
        let pristine = try await Self.pristine.value.directory
        try Self.giveToPostgres(directory)
        let arguments = ["-a", "--reflink=auto", "\(pristine)/data", "\(directory)/data"]
        let process = try Self.spawn("/bin/cp", arguments, in: directory)
        guardian.watch(process.pid)
        try await Self.finish(process)
    }

    private static func giveToPostgres(_ directory: String) throws {
        guard geteuid() == 0 else { return }
        guard let user = getpwnam("postgres") else {
            throw ProcessFailure("PostgreSQL refuses root, and there is no user postgres")
        }
        chown(directory, user.pointee.pw_uid, user.pointee.pw_gid)
    }

    private static func finish(_ process: SpawnedProcess) async throws {
        guard await process.waitForExit(within: .seconds(60)) == 0 else {
            throw ProcessFailure("no data directory: \(process.lines.joined(separator: "\n"))")
        }
    }

    /// Runs a program as a user whom PostgreSQL accepts.
    private static func spawn(_ program: String, _ arguments: [String], in directory: String) throws -> SpawnedProcess {
        guard geteuid() == 0 else { return try SpawnedProcess(program, arguments, directory: directory) }
        return try SpawnedProcess(
            "/usr/bin/setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", program] + arguments,
            directory: directory)
    }

    /// Where the newest installed server's programs are.
    private static let binaries: Result<String, ProcessFailure> = {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob("/usr/lib/postgresql/*/bin/postgres", 0, nil, &found) == 0 else {
            return .failure(ProcessFailure("no PostgreSQL server under /usr/lib/postgresql"))
        }
        let paths = (0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { String(cString: $0) } }
        func version(_ path: String) -> Int { Int(path.split(separator: "/")[3]) ?? 0 }
        guard let newest = paths.max(by: { version($0) < version($1) }) else {
            return .failure(ProcessFailure("no PostgreSQL server under /usr/lib/postgresql"))
        }
        return .success(String(newest.dropLast("/postgres".count)))
    }()

    // MARK: Life

    /// Starts it (again), and waits until it answers.
    public func start() async throws {
        let end = ContinuousClock.now + .seconds(60)
        repeat {
            // After a kill the old server's children may hold its memory for a moment, and the new one refuses to start.
            if process?.exitStatus != nil || process == nil {
                let path = try "\(Self.binaries.get())/postgres"
                let started = try Self.spawn(
                    path, ["-D", "\(directory)/data"] + settings.flatMap { ["-c", $0] }, in: directory)
                guardian.watch(started.pid)
                process = started
            }
            if await isReady() { return }
            try await Task.sleep(for: .milliseconds(10))
        } while .now < end
        throw ProcessFailure("PostgreSQL did not start: \(log)")
    }

    private func isReady() async -> Bool {
        (try? await SQLRunner(url(database: "postgres")).rows("SELECT 1").count) == 1
    }

    /// SIGKILL to the server and all its children, as a crash of the machine does it. Waits until the server is gone.
    public func kill() async {
        signalAll(SIGKILL)
        _ = await process?.waitForExit()
    }

    /// It is there but does nothing (SIGSTOP to it and its children), as behind a cut network, until `resume`.
    public func pause() { signalAll(SIGSTOP) }

    public func resume() { signalAll(SIGCONT) }

    private func signalAll(_ number: Int32) {
        guard let process else { return }
        // First, so that it makes no more children after they have been listed.
        process.signal(SIGSTOP)
        for child in childProcesses(of: process.pid) { Glibc.kill(child, number) }
        process.signal(number)
    }

    /// An orderly shutdown that ends connections (SIGINT, "fast").
    public func stop() async {
        process?.signal(SIGINT)
        _ = await process?.waitForExit()
    }

    /// The last lines that the server wrote.
    public var log: String { process?.lines.suffix(20).joined(separator: "\n") ?? "" }

    // MARK: Databases

    /// Where a database of this server is; over the Unix socket.
    public nonisolated func url(database: String) -> PostgresURL {
        PostgresURL(host: directory, port: port ?? 5_432, user: "test", database: database)
    }

    /// A database of its own with this schema: copied from a template that is made once.
    public func database(migrations: [Migration] = []) async throws -> TestDatabase {
        let template = try await template(migrations)
        count += 1
        let name = "test_\(count)"
        try await SQLRunner(url(database: "postgres")).script("CREATE DATABASE \(name) TEMPLATE \(template)")
        return TestDatabase(server: self, url: url(database: name))
    }

    /// Made by one caller; others wait for it.
    private var making: [String: Task<String, any Error>] = [:]

    private func template(_ migrations: [Migration]) async throws -> String {
        if migrations.isEmpty { return "template0" }
        let key = migrations.map { "\($0.number) \($0.sql)" }.joined(separator: "\n")
        let task =
            making[key]
            ?? Task {
                count += 1
                let name = "template_\(count)"
                try await SQLRunner(url(database: "postgres")).script("CREATE DATABASE \(name) TEMPLATE template0")
                try await Migrator.migrate(url(database: name), migrations, loop: Self.loop)
                return name
            }
        making[key] = task
        return try await task.value
    }
}

/// A database that one test has to itself.
public struct TestDatabase: Sendable {
    public let server: TestPostgres
    public let url: PostgresURL

    /// Runs one or more statements.
    public func script(_ sql: String) async throws { try await SQLRunner(url).script(sql) }

    /// Runs one statement and gives its rows.
    public func rows(_ sql: String, _ parameters: [PostgresValue] = []) async throws -> [Row] {
        try await SQLRunner(url).rows(sql, parameters)
    }
}

/// Runs SQL on a connection that is opened for it: for a test's preparations and its looking afterwards.
private actor SQLRunner {
    nonisolated var unownedExecutor: UnownedSerialExecutor { TestPostgres.loop.asUnownedSerialExecutor() }
    private let url: PostgresURL

    init(_ url: PostgresURL) {
        self.url = url
    }

    func script(_ sql: String) async throws {
        let connection = try await open()
        defer { connection.close() }
        try await connection.script(sql, deadline: .seconds(30))
    }

    func rows(_ sql: String, _ parameters: [PostgresValue] = []) async throws -> [Row] {
        let connection = try await open()
        defer { connection.close() }
        return try await connection.query(sql, parameters, deadline: .seconds(30))
    }

    private func open() async throws -> PlainConnection {
        try await PlainConnection.open(
            url, applicationName: "test support", resolver: Resolver(), loop: TestPostgres.loop, deadline: .seconds(10))
    }
}
