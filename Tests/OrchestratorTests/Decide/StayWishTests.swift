import Contracts
import Testing

@testable import orchestrator

@Suite struct StayWishTests {
    private func day(_ text: String) -> LocalDate { LocalDate("2026-12-" + text)! }

    private func wish(_ entities: Entity...) -> StayWish {
        var wish = StayWish()
        _ = wish.apply(entities, answering: nil)
        return wish
    }

    @Test func slotsFillInAnyOrder() {
        let byNights = wish(
            .nights(2), .party(adults: 2, children: [], childrenWithoutAge: 0), .stay(checkIn: day("03"), checkOut: nil)
        )
        #expect(byNights.stay == Stay(checkIn: day("03"), checkOut: day("05")))
        #expect(byNights.party == Party(adults: 2))
        #expect(wish(.stay(checkIn: day("03"), checkOut: nil), .nights(2)).stay == byNights.stay)
    }

    @Test func aWholeStayBeatsANumberOfNights() {
        #expect(wish(.stay(checkIn: day("03"), checkOut: day("06")), .nights(2)).stay?.nights == 3)
    }

    @Test func aLaterArrivalKeepsTheDepartureUntilItPassesIt() {
        var stay = wish(.stay(checkIn: day("03"), checkOut: day("06")))
        #expect(stay.apply([.stay(checkIn: day("04"), checkOut: nil)], answering: nil) == .dates)
        #expect(stay.stay == Stay(checkIn: day("04"), checkOut: day("06")))
        _ = stay.apply([.stay(checkIn: day("10"), checkOut: nil)], answering: nil)
        #expect(stay.stay == Stay(checkIn: day("10"), checkOut: day("12")))
    }

    @Test func aDayAfterTheArrivalAnswersHowLong() {
        var stay = wish(.stay(checkIn: day("03"), checkOut: nil))
        _ = stay.apply([.stay(checkIn: day("05"), checkOut: nil)], answering: .nights)
        #expect(stay.stay == Stay(checkIn: day("03"), checkOut: day("05")))
    }

    @Test func agesCompleteTheChildrenThatWereNamed() {
        var party = wish(.party(adults: 2, children: [], childrenWithoutAge: 2))
        #expect(party.party == nil)
        _ = party.apply([.party(adults: nil, children: [5], childrenWithoutAge: 0)], answering: .childrenAges)
        #expect(party.childrenWithoutAge == 1)
        _ = party.apply([.party(adults: nil, children: [8], childrenWithoutAge: 0)], answering: .childrenAges)
        #expect(party.party == Party(adults: 2, children: [5, 8]))
    }

    @Test func theSameAgainChangesNothing() {
        var stay = wish(.stay(checkIn: day("03"), checkOut: day("06")), .roomType("double"))
        #expect(
            stay.apply([.stay(checkIn: day("03"), checkOut: day("06")), .roomType("double")], answering: nil).isEmpty)
    }
}
