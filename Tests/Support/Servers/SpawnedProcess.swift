import CLinux
import Glibc
import Loop
import Synchronization

/// What kept a test's process from doing what it should.
public struct ProcessFailure: Error, CustomStringConvertible {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// A process of a test: a server or one of our services. It is in a session of its own, so that a Ctrl-C of the tests does not reach it, and
/// what it writes is kept.
public final class SpawnedProcess: Sendable {
    public let pid: Int32
    private let state = Mutex(State())

    fileprivate struct State {
        /// Not yet reaped while nil.
        var status: Int32?
        var lines: [String] = []
        /// Lines that were dropped from the front.
        var dropped = 0
        var unfinished: [UInt8] = []
    }

    /// What is kept of its output.
    private static let maximumLines = 20_000

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: a path.
    ///   - environment: all of it; nil: this process's.
    ///   - directory: where it runs.
    public init(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil, directory: String = "/"
    ) throws {
        // A server that is killed leaves sockets to which a client still writes.
        Signals.blockForProcess([])
        var pipe: [Int32] = [-1, -1]
        guard pipe2(&pipe, O_CLOEXEC) == 0 else { throw ProcessFailure("no pipe: errno \(errno)") }
        // The shell changes the directory, because posix_spawn can't portably, and then becomes the program.
        let words =
            ["/bin/sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", directory, program] + arguments
        let result = Self.spawn(words, environment: environment, input: -1, output: pipe[1])
        close(pipe[1])
        guard let spawned = result else {
            close(pipe[0])
            throw ProcessFailure("could not start \(program)")
        }
        pid = spawned
        let reader = pipe[0]
        onThread { [self] in read(reader) }
        onThread { [self] in reap() }
    }

    /// Nil when it could not be started. Descriptors of -1 are /dev/null.
    static func spawn(
        _ words: [String], environment: [String: String]? = nil, input: Int32, output: Int32
    ) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in [input, output, output].enumerated() {
            if descriptor < 0 {
                posix_spawn_file_actions_addopen(&actions, Int32(number), "/dev/null", O_RDWR, 0)
            } else {
                posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
            }
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // POSIX_SPAWN_SETSID, which Glibc shows with _GNU_SOURCE only.
        let setSession: Int32 = 0x80
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | setSession))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = (environment ?? [:]).map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in arguments + variables { free(pointer) } }
        var pid: pid_t = 0
        let result =
            environment == nil
            ? posix_spawn(&pid, words[0], &actions, &attributes, &arguments, environ)
            : posix_spawn(&pid, words[0], &actions, &attributes, &arguments, &variables)
        return result == 0 ? pid : nil
    }

    /// Sends a signal, unless the process has ended.
    public func signal(_ number: Int32) {
        state.withLock { if $0.status == nil { kill(pid, number) } }
    }

    /// The exit code, or 128 and the signal that ended it; nil while it runs.
    public var exitStatus: Int32? { state.withLock(\.status) }

    /// What it has written so far, on both its outputs.
    public var lines: [String] { state.withLock(\.lines) }

    /// The exit code, or 128 and the signal; nil when it still runs after `limit`.
    public func waitForExit(within limit: Duration = .seconds(20)) async -> Int32? {
        let end = ContinuousClock.now + limit
        while exitStatus == nil, .now < end { try? await Task.sleep(for: .milliseconds(2)) }
        return exitStatus
    }

    /// Memory that it holds, in bytes; nil when it has ended.
    public var residentBytes: Int? {
        guard let text = readText("/proc/\(pid)/statm") else { return nil }
        let words = text.split(separator: " ")
        guard words.count > 1, let pages = Int(words[1]) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    private func read(_ descriptor: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            state.withLock { $0.take(buffer[..<count], limit: Self.maximumLines) }
        }
        close(descriptor)
    }

    private func reap() {
        var information = siginfo_t()
        // Waits without reaping: until the lock is held, the process id must stay this process's.
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        state.withLock { state in
            var status: Int32 = 0
            waitpid(pid, &status, 0)
            state.status = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
        }
    }
}

extension SpawnedProcess.State {
    fileprivate mutating func take(_ bytes: ArraySlice<UInt8>, limit: Int) {
        unfinished += bytes
        while let end = unfinished.firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(String(decoding: unfinished[..<end], as: UTF8.self))
            unfinished.removeFirst(end + 1)
        }
        if lines.count > limit {
            dropped += lines.count - limit
            lines.removeFirst(lines.count - limit)
        }
    }
}

/// Runs something that blocks, on a thread of its own.
func onThread(_ body: @escaping @Sendable () -> Void) {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Box(body)).toOpaque()
    let result = pthread_create(
        &thread, nil,
        { context in
            guard let context else { return nil }
            Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
            return nil
        }, context)
    precondition(result == 0, "no thread: errno \(result)")
    pthread_detach(thread)
}

/// A small file's text; nil when it can't be read.
func readText(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { break }
        bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// The processes whose parent is `pid`.
func childProcesses(of pid: Int32) -> [Int32] {
    let text = readText("/proc/\(pid)/task/\(pid)/children") ?? ""
    return text.split(separator: " ").compactMap { Int32($0) }
}
