import Glibc
import Loop
import Synchronization
import Testing

/// An actor pinned to a loop, as every connection of the system is.
private actor Pinned {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private(set) var seen: [Int] = []

    init(loop: EventLoop) {
        self.loop = loop
    }

    func note(_ number: Int) { seen.append(number) }

    func run<Result: Sendable>(_ body: @Sendable (isolated Pinned) async throws -> Result) async rethrows -> Result {
        try await body(self)
    }
}

@Suite struct EventLoopTests {
    @Test func timersRunInTheOrderOfTheirTimesAndCancelledOnesDoNot() async throws {
        let loop = try EventLoop(name: "test")
        let pinned = Pinned(loop: loop)
        await pinned.run { pinned in
            await withCheckedContinuation { continuation in
                loop.schedule(after: .milliseconds(30)) {
                    pinned.assumeIsolated { $0.note(3) }
                    continuation.resume()
                }
                loop.schedule(after: .milliseconds(10)) { pinned.assumeIsolated { $0.note(1) } }
                loop.schedule(after: .milliseconds(15)) { pinned.assumeIsolated { $0.note(9) } }.cancel()
                loop.schedule(after: .milliseconds(20)) { pinned.assumeIsolated { $0.note(2) } }
            }
        }
        #expect(await pinned.seen == [1, 2, 3])
        loop.stop()
    }

    @Test func aThousandCancelledDeadlinesLeaveTheLoopQuick() async throws {
        let loop = try EventLoop(name: "test")
        let pinned = Pinned(loop: loop)
        await pinned.run { _ in
            for _ in 0..<100_000 {
                loop.schedule(after: .seconds(60)) { Issue.record("a cancelled timer ran") }.cancel()
            }
        }
        loop.stop()
    }

    @Test func everyJobFromOtherThreadsRuns() async throws {
        let loop = try EventLoop(name: "test")
        let pinned = Pinned(loop: loop)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<2_000 { group.addTask { await pinned.note(number) } }
        }
        #expect(await pinned.seen.sorted() == Array(0..<2_000))
        loop.stop()
    }

    @Test func aPinnedActorStaysOnItsThreadAcrossSuspensions() async throws {
        let loop = try EventLoop(name: "test")
        let pinned = Pinned(loop: loop)
        try await pinned.run { pinned in
            #expect(loop.isCurrent)
            try await loop.sleep(for: .milliseconds(1))
            #expect(loop.isCurrent)
            let task = Task.immediate {
                pinned.note(1)
                #expect(loop.isCurrent)
            }
            #expect(pinned.seen == [1])
            await task.value
        }
        loop.stop()
    }

    @Test func aReadyDescriptorEntersItsActorWithoutAHop() async throws {
        let loop = try EventLoop(name: "test")
        let pinned = Pinned(loop: loop)
        var pair: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        let (left, right) = (pair[0], pair[1])
        await pinned.run { pinned in
            await withCheckedContinuation { continuation in
                loop.watch(left, for: .readable) { readiness in
                    pinned.assumeIsolated { pinned in
                        #expect(readiness.contains(.readable))
                        pinned.note(7)
                        loop.unwatch(left)
                        continuation.resume()
                    }
                }
                _ = "x".withCString { write(right, $0, 1) }
            }
        }
        #expect(await pinned.seen == [7])
        close(left)
        close(right)
        loop.stop()
    }

    @Test func whatAHandlerUnwatchesIsNotDeliveredAnyMore() async throws {
        let loop = try EventLoop(name: "test")
        let pinned = Pinned(loop: loop)
        var first: [Int32] = [0, 0]
        var second: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &first) == 0)
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &second) == 0)
        for descriptor in [first[1], second[1]] { _ = "x".withCString { write(descriptor, $0, 1) } }
        let (a, b) = (first[0], second[0])
        try await pinned.run { pinned in
            // Both are ready in the same round; whichever handler comes first ends the other.
            for descriptor in [a, b] {
                loop.watch(descriptor, for: .readable) { _ in
                    pinned.assumeIsolated { $0.note(1) }
                    loop.unwatch(a)
                    loop.unwatch(b)
                }
            }
            try await loop.sleep(for: .milliseconds(5))
        }
        #expect(await pinned.seen == [1])
        for descriptor in first + second { close(descriptor) }
        loop.stop()
    }

    @Test func aCancelledSleepEndsAtOnce() async throws {
        let loop = try EventLoop(name: "test")
        let pinned = Pinned(loop: loop)
        let task = Task { try await pinned.run { _ in try await loop.sleep(for: .seconds(3_600)) } }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        loop.stop()
    }

    @Test func theLagOfABusyLoopGrowsAndOfAnIdleOneIsNone() async throws {
        let loop = try EventLoop(name: "test")
        let gate = Atomic<Bool>(false)
        loop.execute { while !gate.load(ordering: .relaxed) {} }
        while loop.lag < .milliseconds(5) { await Task.yield() }
        gate.store(true, ordering: .relaxed)
        while loop.lag != .zero { await Task.yield() }
        loop.stop()
    }
}
