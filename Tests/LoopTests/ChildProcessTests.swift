import Loop
import Testing

private actor Runner {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init() throws {
        Signals.blockForProcess([])
        loop = try EventLoop(name: "test")
    }

    func run(
        _ script: String, input: [UInt8] = [], limit: Int = 1 << 20, deadline: Duration = .seconds(20)
    ) async throws -> ChildProcess.Output {
        try await ChildProcess.run(
            "sh", ["-c", script], input: input, outputLimit: limit, deadline: deadline, on: loop)
    }

    func runProgram(_ name: String) async throws -> ChildProcess.Output {
        try await ChildProcess.run(name, [], outputLimit: 10, deadline: .seconds(1), on: loop)
    }
}

@Suite struct ChildProcessTests {
    @Test func givesWhatTheProgramWroteAndItsExitCode() async throws {
        let output = try await Runner().run("cat; echo oops >&2; exit 3", input: Array("hello".utf8))
        #expect(output.status == 3)
        #expect(String(decoding: output.standardOutput, as: UTF8.self) == "hello")
        #expect(String(decoding: output.standardError, as: UTF8.self) == "oops\n")
    }

    @Test func passesMoreThanAPipeHolds() async throws {
        let input = [UInt8](repeating: 65, count: 700_000)
        #expect(try await Runner().run("cat", input: input).standardOutput == input)
    }

    @Test func aProgramThatReadsNothingIsNoError() async throws {
        let output = try await Runner().run("exec 0<&-; echo done", input: [UInt8](repeating: 65, count: 700_000))
        #expect(output.status == 0)
    }

    @Test func isKilledAtItsDeadline() async throws {
        await #expect { try await Runner().run("exec sleep 1000", deadline: .milliseconds(50)) } throws: { error in
            if case ChildProcessError.deadlineExceeded = error { true } else { false }
        }
    }

    @Test func isKilledWhenItWritesTooMuch() async throws {
        await #expect { try await Runner().run("exec cat /dev/zero", limit: 100_000) } throws: { error in
            if case ChildProcessError.tooMuchOutput = error { true } else { false }
        }
    }

    @Test func isKilledWhenItsTaskIsCancelled() async throws {
        let runner = try Runner()
        let task = Task { try await runner.run("exec sleep 1000") }
        task.cancel()
        await #expect(throws: ChildProcessError.self) { try await task.value }
    }

    @Test func saysThatAProgramIsMissing() async throws {
        await #expect { try await Runner().runProgram("no-such-program") } throws: { error in
            if case ChildProcessError.notFound("no-such-program") = error { true } else { false }
        }
    }
}
