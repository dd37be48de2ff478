import Loop
import Support
import Testing

@Suite struct BackoffTests {
    @Test func waitsLongerAfterEachFailureUpToItsMaximumAndStartsAnewAfterASuccess() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<200 {
            var backoff = Backoff(initial: .milliseconds(100), maximum: .milliseconds(700))
            for limit in [100, 200, 400, 700, 700] {
                let wait = backoff.next(using: &generator)
                #expect(wait <= .milliseconds(limit) && wait >= .milliseconds(limit) / 4)
            }
            backoff.reset()
            #expect(backoff.next(using: &generator) <= .milliseconds(100))
        }
    }

    @Test func thoseWhoFailedTogetherDoNotComeBackTogether() {
        var generator = SeededGenerator(seed: 2)
        let waits = (0..<100).map { _ in
            var backoff = Backoff(initial: .seconds(1), maximum: .seconds(1))
            return backoff.next(using: &generator)
        }
        #expect(Set(waits).count > 90)
    }
}
