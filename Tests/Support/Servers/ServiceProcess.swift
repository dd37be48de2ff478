import Glibc
import Loop

/// One of our executables, run as it is in production: with an environment, on ports of its own, killed and started again at will.
public final class ServiceProcess: Sendable {
    public let name: String
    private let arguments: [String]
    private let environment: [String: String]
    private let process: SpawnedProcess
    private let guardian: Guardian

    /// Starts an executable that was built with the tests.
    ///
    /// - Parameters:
    ///   - name: the executable's.
    ///   - environment: all of it, but for PATH, which is this process's when it is not in it.
    public init(_ name: String, _ arguments: [String] = [], environment: [String: String]) throws {
        self.name = name
        self.arguments = arguments
        self.environment = environment
        let path = try Self.productsDirectory() + "/\(name)"
        guard access(path, X_OK) == 0 else { throw ProcessFailure("\(path) was not built") }
        var environment = environment
        if environment["PATH"] == nil { environment["PATH"] = getenv("PATH").map { String(cString: $0) } }
        process = try SpawnedProcess(path, arguments, environment: environment)
        guardian = try Guardian("kill -9 \"$pid\" 2>/dev/null", [])
        guardian.watch(process.pid)
    }

    /// Where the running program and its neighbours were built.
    private static func productsDirectory() throws -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw ProcessFailure("no /proc/self/exe") }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    /// The same once more: after it was killed.
    public func startedAgain() throws -> ServiceProcess {
        try ServiceProcess(name, arguments, environment: environment)
    }

    public var pid: Int32 { process.pid }

    /// What it has logged so far; of very much, the end.
    public var lines: [String] { process.lines }

    public var residentBytes: Int? { process.residentBytes }

    /// The exit code, or 128 and the signal; nil while it runs.
    public var exitStatus: Int32? { process.exitStatus }

    /// Waits until `isReady` says so. Throws, with its last lines, when it ends before or is not ready in time.
    public func waitUntilReady(within limit: Duration = .seconds(20), _ isReady: () async -> Bool) async throws {
        let end = ContinuousClock.now + limit
        while !(await isReady()) {
            if let status = exitStatus { throw failure("ended with \(status) before it was ready") }
            if .now > end { throw failure("was not ready in time") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Waits until a health check says 200, such as `/health/ready` on its admin port.
    public func waitUntilReady(port: UInt16, path: String = "/health/ready", within limit: Duration = .seconds(20))
        async throws
    {
        try await waitUntilReady(within: limit) { await HTTPProbe.status(port: port, path: path) == 200 }
    }

    /// Waits for a line that `matches`; nil when none has come in time.
    public func waitForLine(within limit: Duration = .seconds(20), _ matches: (String) -> Bool) async -> String? {
        let end = ContinuousClock.now + limit
        while true {
            if let line = lines.first(where: matches) { return line }
            if .now > end { return nil }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// SIGTERM or another signal.
    public func signal(_ number: Int32) { process.signal(number) }

    /// SIGTERM: an orderly end.
    public func terminate() { process.signal(SIGTERM) }

    /// SIGKILL. Waits until it is gone.
    public func kill() async {
        process.signal(SIGKILL)
        _ = await process.waitForExit()
    }

    /// The exit code, or 128 and the signal; nil when it still runs after `limit`.
    public func waitForExit(within limit: Duration = .seconds(20)) async -> Int32? {
        await process.waitForExit(within: limit)
    }

    private func failure(_ problem: String) -> ProcessFailure {
        ProcessFailure("\(name) \(problem): \(lines.suffix(20).joined(separator: "\n"))")
    }

    deinit {
        // What a test has forgotten to end.
        process.signal(SIGKILL)
        guardian.dismiss()
    }
}
