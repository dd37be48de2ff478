/// A program of the system that a test needs, with all that it starts in turn; gone when the test's process is.
public final class ToolProcess: Sendable {
    private let process: SpawnedProcess
    private let guardian: Guardian

    public init(_ program: String, _ arguments: [String], directory: String = "/") throws {
        process = try SpawnedProcess(program, arguments, directory: directory)
        guardian = try Guardian("pkill -9 -s \"$pid\" 2>/dev/null", [])
        guardian.watch(process.pid)
    }

    public var lines: [String] { process.lines }
    public var exitStatus: Int32? { process.exitStatus }
}
