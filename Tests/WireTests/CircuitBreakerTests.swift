import Testing

@testable import Wire

@Suite struct CircuitBreakerTests {
    private func at(_ milliseconds: Int) -> MonotonicTime {
        MonotonicTime(nanoseconds: Int64(milliseconds) * 1_000_000)
    }

    private func opened() -> CircuitBreaker {
        var breaker = CircuitBreaker(CircuitBreaker.Policy())
        for _ in 0..<5 { breaker.failed(at: at(0)) }
        return breaker
    }

    @Test func fiveFailuresInARowOpenItForASecond() {
        var breaker = CircuitBreaker(CircuitBreaker.Policy())
        for _ in 0..<4 { breaker.failed(at: at(0)) }
        #expect(breaker.allowsRequest(at: at(0)))
        breaker.failed(at: at(0))
        #expect(!breaker.allowsRequest(at: at(999)))
        #expect(breaker.allowsRequest(at: at(1_000)))
        #expect(breaker.nextTrial == at(1_000))
    }

    @Test func successesInBetweenKeepItClosedUnlessHalfFails() {
        var breaker = CircuitBreaker(CircuitBreaker.Policy())
        for _ in 0..<100 {
            breaker.failed(at: at(0))
            breaker.succeeded(at: at(0))
            breaker.succeeded(at: at(0))
        }
        #expect(breaker.state == .closed)
        for _ in 0..<200 {
            guard breaker.state == .closed else { break }
            breaker.failed(at: at(20_000))
            breaker.succeeded(at: at(20_000))
            breaker.failed(at: at(20_000))
        }
        #expect(breaker.state != .closed)
    }

    @Test func failuresOfLongAgoDoNotCount() {
        var breaker = CircuitBreaker(CircuitBreaker.Policy())
        for step in 0..<100 {
            breaker.failed(at: at(step * 3_000))
            breaker.succeeded(at: at(step * 3_000))
        }
        #expect(breaker.state == .closed)
    }

    @Test func oneTrialGoesAtATimeAndItsSuccessClosesIt() {
        var breaker = opened()
        breaker.began(at: at(1_000))
        #expect(!breaker.allowsRequest(at: at(1_001)))
        breaker.succeeded(at: at(1_100))
        #expect(breaker.state == .closed)
        for _ in 0..<4 { breaker.failed(at: at(1_100)) }
        #expect(breaker.state == .closed)
    }

    @Test func eachFailedTrialDoublesTheTimeUpToTenSeconds() {
        var breaker = opened()
        var now = 1_000
        for expected in [2_000, 4_000, 8_000, 10_000, 10_000] {
            breaker.began(at: at(now))
            breaker.failed(at: at(now))
            #expect(breaker.state == .open(until: at(now + expected)))
            now += expected
        }
        breaker.began(at: at(now))
        breaker.succeeded(at: at(now))
        for _ in 0..<5 { breaker.failed(at: at(now)) }
        #expect(breaker.state == .open(until: at(now + 1_000)))
    }

    @Test func aTrialThatWasWithdrawnLetsTheNextOneGo() {
        var breaker = opened()
        breaker.began(at: at(1_000))
        breaker.abandoned(at: at(1_010))
        #expect(breaker.allowsRequest(at: at(1_010)))
    }

    @Test func aLateSuccessOfBeforeDoesNotCloseIt() {
        var breaker = opened()
        breaker.succeeded(at: at(10))
        #expect(!breaker.allowsRequest(at: at(20)))
    }
}
