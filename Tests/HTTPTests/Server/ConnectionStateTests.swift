import Testing

@testable import HTTP

@Suite struct ConnectionStateTests {
    private let start = ContinuousClock.now

    private func state() -> ConnectionState { ConnectionState(limits: .standard, at: start) }

    private func after(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func aSilentConnectionIsClosedAfterAMinute() {
        let state = state()
        #expect(state.expiry(at: after(59)) == .nothing)
        #expect(state.expiry(at: after(60)) == .close)
    }

    @Test func aSlowHeadIsRefusedCountingFromItsFirstByte() {
        var state = state()
        state.waits(isBetweenRequests: false, at: after(50))
        state.waits(isBetweenRequests: false, at: after(58))
        #expect(state.expiry(at: after(59)) == .nothing)
        #expect(state.expiry(at: after(60)) == .refuse)
    }

    @Test func aSlowBodyIsRefused() {
        var state = state()
        state.headEnded(keepsAlive: true, at: after(5))
        state.waits(isBetweenRequests: false, at: after(30))
        #expect(state.expiry(at: after(34)) == .nothing)
        #expect(state.expiry(at: after(35)) == .refuse)
    }

    @Test func aHandlerHasItsOwnTime() {
        var state = state()
        state.headEnded(keepsAlive: true, at: start)
        state.requestEnded(at: start)
        #expect(state.deadline == nil)
        state.answered(at: after(300))
        #expect(state.step(at: after(300)) == .goOn)
        #expect(state.expiry(at: after(359)) == .nothing)
        #expect(state.expiry(at: after(360)) == .close)
    }

    @Test func theLastAnswerIsFollowedByAnEndAndAWhileOfReading() {
        var state = state()
        state.headEnded(keepsAlive: false, at: start)
        state.requestEnded(at: start)
        #expect(!state.willKeepAlive)
        state.answered(at: start)
        #expect(!state.mayParse)
        #expect(state.step(at: start) == .finishSending)
        #expect(state.step(at: start) == .goOn)
        #expect(state.expiry(at: after(2)) == .close)
        state.peerFinished()
        #expect(state.step(at: start) == .close)
    }

    @Test func aPeerThatHasFinishedStillGetsItsAnswer() {
        var state = state()
        state.headEnded(keepsAlive: true, at: start)
        state.requestEnded(at: start)
        state.peerFinished()
        #expect(state.step(at: start) == .goOn)
        state.answered(at: start)
        #expect(state.step(at: start) == .close)
    }

    @Test func halfARequestThatEndsIsNotWaitedFor() {
        var state = state()
        state.waits(isBetweenRequests: false, at: start)
        state.peerFinished()
        #expect(state.step(at: start) == .close)
    }

    @Test func drainingClosesWhatIsIdleAndFinishesWhatHasBegun() {
        var idle = state()
        idle.drain()
        #expect(idle.step(at: start) == .close)
        var busy = state()
        busy.headEnded(keepsAlive: true, at: start)
        busy.requestEnded(at: start)
        busy.drain()
        #expect(busy.step(at: start) == .goOn)
        #expect(!busy.willKeepAlive)
        busy.answered(at: start)
        #expect(busy.step(at: start) == .finishSending)
    }

    @Test func aSilentStreamGetsAComment() {
        var state = state()
        state.headEnded(keepsAlive: true, at: start)
        state.requestEnded(at: start)
        state.streamBegan(at: start)
        state.streamed(at: after(10))
        #expect(state.expiry(at: after(24)) == .nothing)
        #expect(state.expiry(at: after(25)) == .comment)
    }
}
