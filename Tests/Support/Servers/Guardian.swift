import CLinux
import Glibc

/// Sees to it that what a test has started ends with the test's process, even when that is killed: a shell that waits on a pipe from this process
/// and, when the pipe ends, cleans up. It is in a session of its own, so that no signal for the tests reaches it.
final class Guardian: Sendable {
    private let pipe: Int32

    /// - Parameters:
    ///   - script: what to do at the end, as shell commands; `$1` … are `arguments`, `$pid` is the process that was named last by `watch`.
    init(_ script: String, _ arguments: [String]) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw ProcessFailure("no pipe: errno \(errno)") }
        let whole = """
            trap '' INT TERM HUP
            pid=
            while read -r word; do [ "$word" = done ] && exit; pid=$word; done
            \(script)
            """
        let pid = SpawnedProcess.spawn(
            ["/bin/sh", "-c", whole, "sh"] + arguments, input: ends[0], output: -1)
        close(ends[0])
        guard let pid else {
            close(ends[1])
            throw ProcessFailure("no guardian")
        }
        pipe = ends[1]
        onThread {
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        }
    }

    /// This process is to be ended; it takes the place of the one before.
    func watch(_ pid: Int32) { say("\(pid)") }

    /// There is nothing to clean up any more.
    func dismiss() { say("done") }

    /// A guardian that has ended needs no word. SIGPIPE is ignored by all our processes (`SpawnedProcess`).
    private func say(_ word: String) {
        let line = Array("\(word)\n".utf8)
        _ = write(pipe, line, line.count)
    }

    deinit {
        close(pipe)
    }
}
