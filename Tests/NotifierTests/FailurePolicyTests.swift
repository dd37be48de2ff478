import Testing

@testable import notifier

@Suite struct FailurePolicyTests {
    private let policy = FailurePolicy()

    private func action(_ code: Int?, status: Int = 400, attempt: Int = 1, isTransient: Bool = false) -> FailureAction {
        let failure = SendFailure.refused(status: status, code: code, isTransient: isTransient, retryAfter: nil)
        return policy.action(for: failure, attempt: attempt, random: 1)
    }

    @Test(arguments: [4, 80_007, 130_429])
    func ratesAreForLater(code: Int) {
        #expect(action(code) == .retry(after: .seconds(1), reason: "rate:\(code)"))
        #expect(action(code, attempt: 5) == .retry(after: .seconds(16), reason: "rate:\(code)"))
        #expect(action(code, attempt: 60) == .retry(after: .seconds(600), reason: "rate:\(code)"))
    }

    @Test func aGuestWhoGotTooManyIsLeftInPeaceByPowersOfFour() {
        #expect(action(131_056, attempt: 1) == .retry(after: .seconds(4), reason: "rate:131056"))
        #expect(action(131_056, attempt: 3) == .retry(after: .seconds(64), reason: "rate:131056"))
    }

    @Test func jitterIsFull() {
        let failure = SendFailure.notSent
        #expect(policy.action(for: failure, attempt: 4, random: 0) == .retry(after: .zero, reason: "not_sent"))
        #expect(policy.action(for: failure, attempt: 4, random: 0.5) == .retry(after: .seconds(4), reason: "not_sent"))
    }

    @Test func whatMetaAsksToWaitIsWaited() {
        let failure = SendFailure.refused(status: 429, code: 4, isTransient: false, retryAfter: .seconds(90))
        #expect(policy.action(for: failure, attempt: 1, random: 0) == .retry(after: .seconds(90), reason: "rate:4"))
    }

    @Test(arguments: [131_000, 131_016, 1, 2])
    func whatMayHaveArrivedAwaitsAReceipt(code: Int) {
        #expect(action(code) == .awaitReceipt(.seconds(30), reason: "unknown:\(code)"))
    }

    @Test func aBrokenAnswerAwaitsAReceipt() {
        #expect(action(nil, status: 503) == .awaitReceipt(.seconds(30), reason: "unknown:http_503"))
        #expect(action(999, status: 500) == .awaitReceipt(.seconds(30), reason: "unknown:999"))
        #expect(action(nil, status: 200) == .awaitReceipt(.seconds(30), reason: "unknown:http_200"))
        #expect(
            policy.action(for: .unanswered, attempt: 1, random: 1) == .awaitReceipt(.seconds(30), reason: "unanswered"))
    }

    @Test(arguments: [131_026, 131_021, 131_030, 131_050, 137_000])
    func whatCanNeverReachThisGuestIsADeadLetter(code: Int) {
        #expect(action(code) == .bury(reason: "recipient:\(code)", callsPerson: true))
    }

    @Test func aClosedWindowIsADeadLetter() {
        #expect(action(131_047) == .bury(reason: "window_closed", callsPerson: true))
    }

    @Test(arguments: [0, 3, 10, 190, 200, 299, 131_031, 131_048, 368, 131_042])
    func aNumberThatMayNotSendStops(code: Int) {
        guard case .stopNumber = action(code, status: 401) else {
            Issue.record("\(action(code))")
            return
        }
    }

    @Test func ourOwnMistakesAreDeadLetters() {
        #expect(action(100) == .bury(reason: "refused:100", callsPerson: true))
        #expect(action(131_053) == .bury(reason: "media:131053", callsPerson: false))
        #expect(action(131_009, isTransient: true) == .retry(after: .seconds(1), reason: "transient:131009"))
    }

    @Test func anAcceptedMessageThatFailedIsNoLongerUnknown() {
        #expect(
            policy.action(forFailedReceipt: 131_000, attempt: 2, random: 1)
                == .retry(after: .seconds(2), reason: "unknown:131000"))
        #expect(
            policy.action(forFailedReceipt: 131_026, attempt: 1, random: 1)
                == .bury(reason: "recipient:131026", callsPerson: true))
    }

    @Test func aVoiceNoteIsGivenUpSoonerThanAText() {
        #expect(
            policy.action(for: .speech(isRetryable: false), attempt: 1, random: 1)
                == .bury(reason: "speech", callsPerson: false))
        #expect(
            policy.action(for: .speech(isRetryable: true), attempt: 8, random: 1)
                == .bury(reason: "speech", callsPerson: false))
    }
}
