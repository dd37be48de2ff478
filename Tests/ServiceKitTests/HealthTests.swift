import Loop
import Support
import Synchronization
import Testing

@testable import ServiceKit

@Suite struct HealthTests {
    @Test func readinessFollowsADependencysGoingAndComing() async throws {
        let loop = try EventLoop(name: "health")
        defer { loop.stop() }
        let health = Health(loop: loop)
        let isUp = Atomic(true)
        await health.add("redis", isEssential: false) { isUp.load(ordering: .relaxed) }
        await health.add("database", isEssential: true) { true }
        #expect(await health.readiness.isReady == false)
        #expect(await health.readiness.status == "starting")
        await health.enter(.running)
        #expect(await eventually { await health.readiness.isReady })
        isUp.store(false, ordering: .relaxed)
        #expect(await eventually(within: .seconds(2)) { await !health.readiness.isReady })
        let checks = await health.readiness.checks
        #expect(checks.map(\.name) == ["redis", "database"])
        #expect(checks.map(\.isOK) == [false, true])
        // Without Redis it still does its own part.
        #expect(await health.takesTraffic)
        isUp.store(true, ordering: .relaxed)
        #expect(await eventually(within: .seconds(2)) { await health.readiness.isReady })
        await health.enter(.stopping)
        #expect(await !health.readiness.isReady)
        #expect(await !health.takesTraffic)
    }

    @Test func aCheckThatBeginsToHangIsNoticed() async throws {
        let loop = try EventLoop(name: "health")
        defer { loop.stop() }
        let health = Health(loop: loop)
        let hangs = Atomic(false)
        await health.add("pms", isEssential: true) {
            if hangs.load(ordering: .relaxed) { try? await Task.sleep(for: .seconds(3_600)) }
            return true
        }
        await health.enter(.running)
        #expect(await eventually { await health.readiness.isReady })
        hangs.store(true, ordering: .relaxed)
        #expect(await eventually { await !health.readiness.isReady })
        await health.enter(.stopping)
    }
}
