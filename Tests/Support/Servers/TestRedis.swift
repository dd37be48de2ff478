import Glibc
import Loop

/// A private Redis server for tests, in memory only: on a Unix socket in a directory of its own, gone when the test's process is.
public actor TestRedis {
    /// One for the whole test process.
    public static func shared() async throws -> TestRedis { try await sharedServer.value }

    private static let sharedServer = Task { try await TestRedis.start() }

    private nonisolated let directory: String
    /// Nil: on the Unix socket only.
    public nonisolated let port: UInt16?
    private let arguments: [String]
    private let guardian: Guardian
    private var process: SpawnedProcess?

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - tcp: whether it listens on a free port of 127.0.0.1 too.
    ///   - settings: as on its command line, such as `--requirepass secret`.
    public static func start(tcp: Bool = false, settings: [String] = []) async throws -> TestRedis {
        let server = try TestRedis(tcp: tcp, settings: settings)
        try await server.start()
        return server
    }

    private init(tcp: Bool, settings: [String]) throws {
        directory = try makeTemporaryDirectory("redis")
        port = tcp ? try freePort() : nil
        arguments =
            [
                "--port", "\(port ?? 0)", "--bind", "127.0.0.1", "--unixsocket", "\(directory)/redis.sock", "--dir",
                directory,
                "--save", "", "--appendonly", "no",
            ] + settings
        guardian = try Guardian("[ \"$pid\" ] && kill -9 \"$pid\" 2>/dev/null; rm -rf \"$1\"", [directory])
    }

    /// The path of its Unix socket.
    public nonisolated var socketPath: String { "\(directory)/redis.sock" }

    /// Where it is, over the Unix socket.
    public nonisolated var url: String { "unix://\(socketPath)" }

    /// Starts it (again), and waits until it accepts connections.
    public func start() async throws {
        let program = ["/usr/bin/redis-server", "/usr/local/bin/redis-server"].first { (path: String) in
            access(path, X_OK) == 0
        }
        guard let program else { throw ProcessFailure("no redis-server in /usr/bin or /usr/local/bin") }
        let process = try SpawnedProcess(program, arguments, directory: directory)
        guardian.watch(process.pid)
        self.process = process
        let address = try SocketAddress(path: socketPath)
        let end = ContinuousClock.now + .seconds(20)
        repeat {
            if accepts(address) { return }
            try await Task.sleep(for: .milliseconds(2))
        } while process.exitStatus == nil && .now < end
        throw ProcessFailure("Redis did not start: \(process.lines.suffix(20).joined(separator: "\n"))")
    }

    /// SIGKILL. Waits until it is gone.
    public func kill() async {
        process?.signal(SIGKILL)
        _ = await process?.waitForExit()
    }

    /// It is there but does nothing (SIGSTOP), as behind a cut network, until `resume`.
    public func pause() { process?.signal(SIGSTOP) }

    public func resume() { process?.signal(SIGCONT) }
}
