import Loop
import Testing

private actor Waiter {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let pending: PendingValues<String>

    init(loop: EventLoop) {
        self.loop = loop
        pending = PendingValues(loop: loop)
    }

    func wait(_ number: Int) async -> String {
        let value = await pending.value(of: number)
        #expect(loop.isCurrent)
        return value
    }

    func resume(_ number: Int, _ value: String) { pending.resume(number, with: value) }

    /// A task that waits; it does so when this returns.
    func begin(_ number: Int) -> Task<String, Never> { Task.immediate { await self.wait(number) } }
}

@Suite struct PendingValuesTests {
    @Test func eachTaskGetsItsOwnValueInWhateverOrderTheyCome() async throws {
        let loop = try EventLoop(name: "test")
        let waiter = Waiter(loop: loop)
        var tasks: [Task<String, Never>] = []
        for number in 0..<500 { tasks.append(await waiter.begin(number)) }
        for number in (0..<500).reversed() { await waiter.resume(number, "value \(number)") }
        for number in 0..<500 { #expect(await tasks[number].value == "value \(number)") }
        loop.stop()
    }

    @Test func aValueThatCameBeforeIsNotWaitedFor() async throws {
        let loop = try EventLoop(name: "test")
        let waiter = Waiter(loop: loop)
        await waiter.resume(7, "early")
        #expect(await waiter.wait(7) == "early")
        loop.stop()
    }

    @Test func tasksThatResumeEachOtherTenThousandTimesDoNotStarveNorOverflow() async throws {
        let loop = try EventLoop(name: "test")
        let waiter = Waiter(loop: loop)
        for number in 0..<10_000 {
            let task = await waiter.begin(number)
            await waiter.resume(number, "\(number)")
            #expect(await task.value == "\(number)")
        }
        loop.stop()
    }
}
