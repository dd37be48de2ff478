import Loop
import Support
import Synchronization
import Testing

@testable import ServiceKit

@Suite struct WatchdogTests {
    @Test func aLoopThatDoesNotComeRoundIsNoticed() async throws {
        let loop = try EventLoop(name: "stalled")
        let noticed = Atomic(false)
        let release = Atomic(false)
        let watchdog = Watchdog(loop: loop, limit: .milliseconds(50)) { noticed.store(true, ordering: .relaxed) }
        loop.execute { while !release.load(ordering: .relaxed) {} }
        #expect(await eventually { noticed.load(ordering: .relaxed) })
        release.store(true, ordering: .relaxed)
        withExtendedLifetime(watchdog) {}
        loop.stop()
    }
}
