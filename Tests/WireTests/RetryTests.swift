import Support
import Testing

@testable import Wire

@Suite struct RetryBudgetTests {
    @Test func tenRetriesAreThereAtTheStartAndEachRequestEarnsATenth() {
        var budget = RetryBudget()
        #expect(spent(&budget) == 10)
        for _ in 0..<9 { budget.earn() }
        #expect(spent(&budget) == 0)
        budget.earn()
        #expect(spent(&budget) == 1)
    }

    @Test func noMoreThanTenAreKept() {
        var budget = RetryBudget()
        for _ in 0..<1_000 { budget.earn() }
        #expect(spent(&budget) == 10)
    }

    /// How many of a hundred retries it allows.
    private func spent(_ budget: inout RetryBudget) -> Int {
        (0..<100).count { _ in budget.spend() }
    }
}

@Suite struct FullJitterTests {
    @Test func theCeilingDoublesUpToTheCap() {
        let backoff = FullJitter(base: .milliseconds(50), cap: .seconds(1))
        #expect((0..<7).map(backoff.ceiling) == [50, 100, 200, 400, 800, 1_000, 1_000].map { .milliseconds($0) })
        #expect(backoff.ceiling(1_000_000) == .seconds(1))
        #expect(FullJitter(base: .seconds(31_000_000), cap: .seconds(5)).ceiling(30) == .seconds(5))
    }

    @Test func theWaitIsAnythingUpToTheCeiling() {
        var generator = SeededGenerator(seed: 31)
        let backoff = FullJitter(base: .milliseconds(100), cap: .seconds(1))
        let waits = (0..<1_000).map { _ in backoff.delay(2, using: &generator) }
        #expect(waits.allSatisfy { $0 >= .zero && $0 <= .milliseconds(400) })
        #expect(waits.contains { $0 < .milliseconds(40) })
        #expect(waits.contains { $0 > .milliseconds(360) })
    }
}
