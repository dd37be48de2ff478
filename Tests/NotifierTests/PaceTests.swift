import Contracts
import Testing

@testable import notifier

@Suite struct PaceTests {
    private let guest = ConversationKey(hotel: 1, conversation: "a")
    private let other = ConversationKey(hotel: 2, conversation: "b")

    @Test func aGuestGetsABurstAndThenOneInSixSeconds() {
        var pace = Pace(limits: Pace.Limits(numberPerSecond: 1_000, numberBurst: 1_000))
        for _ in 0..<45 { #expect(pace.admit(guest, at: .zero) == .send(after: .zero)) }
        guard case .postpone(let wait) = pace.admit(guest, at: .zero) else {
            Issue.record("the burst has no end")
            return
        }
        #expect(abs(wait / .seconds(1) - 6) < 0.001)
        #expect(pace.admit(guest, at: .seconds(6.01)) == .send(after: .zero))
        guard case .postpone = pace.admit(guest, at: .seconds(6.02)) else {
            Issue.record("two in six seconds")
            return
        }
    }

    @Test func oneGuestDoesNotSlowAnother() {
        var pace = Pace(limits: Pace.Limits(guestBurst: 1))
        _ = pace.admit(guest, at: .zero)
        #expect(pace.admit(ConversationKey(hotel: 1, conversation: "c"), at: .zero) == .send(after: .zero))
    }

    @Test func aNumberSendsAtItsPaceInOrderAndItsHotelIsClosedMeanwhile() {
        var pace = Pace(limits: Pace.Limits(numberPerSecond: 10, numberBurst: 1))
        var waits: [Double] = []
        for number in 0..<5 {
            if case .send(let wait) = pace.admit(ConversationKey(hotel: 1, conversation: "\(number)"), at: .zero) {
                waits.append((wait / .milliseconds(1)).rounded())
            }
        }
        #expect(waits == [0, 100, 200, 300, 400])
        #expect(pace.closedHotels(at: .zero) == [1])
        #expect(pace.admit(other, at: .zero) == .send(after: .zero))
        #expect(pace.closedHotels(at: .seconds(1)) == [])
    }

    @Test func aStoppedNumberIsTriedWithOneMessage() {
        var pace = Pace()
        #expect(pace.stop(hotel: 1, at: .zero) == .seconds(30))
        // Refused together with the first.
        #expect(pace.stop(hotel: 1, at: .seconds(1)) == .seconds(29))
        #expect(pace.admit(guest, at: .seconds(10)) == .postpone(.seconds(20)))
        #expect(pace.closedHotels(at: .seconds(10)) == [1])
        #expect(pace.admit(guest, at: .seconds(31)) == .send(after: .zero))
        #expect(pace.admit(guest, at: .seconds(31)) == .postpone(.seconds(2)))
        #expect(pace.stop(hotel: 1, at: .seconds(32)) == .seconds(60))
        #expect(pace.admit(guest, at: .seconds(93)) == .send(after: .zero))
        pace.succeeded(hotel: 1)
        #expect(pace.stoppedHotels == [])
        #expect(pace.admit(guest, at: .seconds(93)) == .send(after: .zero))
    }

    @Test func aMessageThatFailsForItsOwnReasonLetsAnotherTry() {
        var pace = Pace()
        _ = pace.stop(hotel: 1, at: .zero)
        _ = pace.admit(guest, at: .seconds(31))
        pace.failed(hotel: 1)
        #expect(pace.admit(guest, at: .seconds(31)) == .send(after: .zero))
    }

    @Test func itForgetsGuestsWhoseBurstIsFullAgain() {
        var pace = Pace(limits: Pace.Limits(numberPerSecond: 1e9, numberBurst: 1e9, guests: 100))
        for number in 0..<10_000 {
            let guest = ConversationKey(hotel: 1, conversation: "\(number)")
            #expect(pace.admit(guest, at: .seconds(number * 10)) == .send(after: .zero))
        }
    }
}
