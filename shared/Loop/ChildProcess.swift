import CLinux
import Glibc

/// What kept a program from giving its result.
public enum ChildProcessError: Error, Sendable, CustomStringConvertible {
    case notFound(program: String)
    case notStarted(program: String, code: Int32)
    /// It was killed because its time was over.
    case deadlineExceeded(program: String)
    /// It was killed because it wrote more than it may.
    case tooMuchOutput(program: String, limit: Int)
    case cancelled(program: String)

    public var description: String {
        switch self {
        case .notFound(let program): "\(program): no such program on the PATH"
        case .notStarted(let program, let code): "\(program): \(String(cString: strerror(code)))"
        case .deadlineExceeded(let program): "\(program): not done in time"
        case .tooMuchOutput(let program, let limit): "\(program): wrote more than \(limit) bytes"
        case .cancelled(let program): "\(program): cancelled"
        }
    }
}

/// A small program, run to its end without blocking the loop.
public enum ChildProcess {
    public struct Output: Sendable {
        /// The exit code, or 128 and the signal that ended it.
        public var status: Int32
        public var standardOutput: [UInt8]
        /// At most 4,096 bytes of it.
        public var standardError: [UInt8]
    }

    /// Runs `program` (looked up on the PATH) with `arguments` and no shell. Call it from an actor that is pinned to `loop`. At the deadline,
    /// or when the task is cancelled, the program is killed.
    public static func run(
        _ program: String, _ arguments: [String], input: [UInt8] = [], outputLimit: Int, deadline: Duration,
        on loop: EventLoop,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(ChildProcessError) -> Output {
        loop.preconditionOnLoop()
        let running = RunningChild(program: program, input: input, outputLimit: outputLimit, loop: loop)
        try running.start(arguments, deadline: deadline)
        let result = await withTaskCancellationHandler {
            // Captured, so that the closure is the caller's actor's: else it would leave the loop.
            _ = isolation
            return await withCheckedContinuation { running.wait($0) }
        } onCancel: {
            loop.execute { running.fail(.cancelled(program: program)) }
        }
        return try result.get()
    }

    /// The full path of a program on the PATH.
    static func find(_ program: String) -> String? {
        if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return path.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }
}

/// One child with its three pipes and its pidfd. Unchecked: touched by the loop's thread only (started from there; descriptors, timer and
/// cancellation come back there).
private final class RunningChild: @unchecked Sendable {
    private typealias Outcome = Result<ChildProcess.Output, ChildProcessError>

    private let program: String
    private let outputLimit: Int
    private let loop: EventLoop
    private var input: ArraySlice<UInt8>
    private var pid: pid_t = 0
    private var standardInput: Int32 = -1
    private var standardOutput: Int32 = -1
    private var standardError: Int32 = -1
    private var exit: Int32 = -1
    private var timer: ScheduledTimer?
    private var output = ChildProcess.Output(status: 0, standardOutput: [], standardError: [])
    private var failure: ChildProcessError?
    private var hasExited = false
    private var continuation: CheckedContinuation<Result<ChildProcess.Output, ChildProcessError>, Never>?

    init(program: String, input: [UInt8], outputLimit: Int, loop: EventLoop) {
        self.program = program
        self.input = input[...]
        self.outputLimit = outputLimit
        self.loop = loop
    }

    func start(_ arguments: [String], deadline: Duration) throws(ChildProcessError) {
        guard let path = ChildProcess.find(program) else { throw .notFound(program: program) }
        var pipes = [[Int32]](repeating: [-1, -1], count: 3)
        for index in 0..<3 where pipe2(&pipes[index], O_CLOEXEC) != 0 {
            let code = errno
            for descriptor in pipes.joined() where descriptor >= 0 { close(descriptor) }
            throw .notStarted(program: program, code: code)
        }
        let code = spawn(path, [program] + arguments, input: pipes[0][0], output: pipes[1][1], error: pipes[2][1])
        for descriptor in [pipes[0][0], pipes[1][1], pipes[2][1]] { close(descriptor) }
        (standardInput, standardOutput, standardError) = (pipes[0][1], pipes[1][0], pipes[2][0])
        for descriptor in [standardInput, standardOutput, standardError] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
        exit = code == 0 ? clinux_pidfd_open(pid) : -1
        guard code == 0, exit >= 0 else {
            let code = code == 0 ? errno : code
            for descriptor in [standardInput, standardOutput, standardError] { close(descriptor) }
            throw .notStarted(program: program, code: code)
        }
        loop.watch(standardInput, for: .writable) { [self] _ in feed() }
        loop.watch(standardOutput, for: .readable) { [self] _ in drain(\.standardOutput) }
        loop.watch(standardError, for: .readable) { [self] _ in drain(\.standardError) }
        loop.watch(exit, for: .readable) { [self] _ in reap() }
        let program = program
        timer = loop.schedule(after: deadline) { [self] in fail(.deadlineExceeded(program: program)) }
    }

    private func spawn(_ path: String, _ words: [String], input: Int32, output: Int32, error: Int32) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, error, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        return posix_spawn(&pid, path, &actions, &attributes, &arguments, environ)
    }

    func wait(_ continuation: CheckedContinuation<Result<ChildProcess.Output, ChildProcessError>, Never>) {
        self.continuation = continuation
        finishIfDone()
    }

    /// Kills the child; its result is this error.
    func fail(_ error: ChildProcessError) {
        guard !hasExited else { return }
        failure = failure ?? error
        kill(pid, SIGKILL)
    }

    private func feed() {
        while !input.isEmpty {
            let count = input.withUnsafeBytes { write(standardInput, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return }
            // A child that reads no further (EPIPE) is no error: its exit code tells.
            if count < 0 { break }
            input = input.dropFirst(count)
        }
        release(&standardInput)
    }

    /// A key path, because what is called from here looks at both descriptors.
    private func drain(_ stream: ReferenceWritableKeyPath<RunningChild, Int32>) {
        let isOutput = stream == \.standardOutput
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while self[keyPath: stream] >= 0 {
            let count = read(self[keyPath: stream], &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return }
            guard count > 0 else {
                release(&self[keyPath: stream])
                finishIfDone()
                return
            }
            if isOutput {
                output.standardOutput += buffer[..<count]
                if output.standardOutput.count > outputLimit {
                    fail(.tooMuchOutput(program: program, limit: outputLimit))
                    release(&self[keyPath: stream])
                }
            } else {
                output.standardError += buffer[..<min(count, max(0, 4_096 - output.standardError.count))]
            }
        }
    }

    private func reap() {
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return }
        output.status = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        hasExited = true
        timer?.cancel()
        timer = nil
        release(&exit)
        release(&standardInput)
        // What it wrote before it ended is still in the pipes; a grandchild that keeps them open is not waited for.
        drain(\.standardOutput)
        drain(\.standardError)
        release(&standardOutput)
        release(&standardError)
        finishIfDone()
    }

    private func finishIfDone() {
        guard hasExited, standardOutput < 0, standardError < 0, let continuation else { return }
        self.continuation = nil
        continuation.resume(returning: failure.map { .failure($0) } ?? .success(output))
    }

    private func release(_ descriptor: inout Int32) {
        guard descriptor >= 0 else { return }
        loop.unwatch(descriptor)
        close(descriptor)
        descriptor = -1
    }
}
