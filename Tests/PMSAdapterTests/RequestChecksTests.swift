import Contracts
import Testing

@testable import pms_adapter

@Suite struct RequestChecksTests {
    private func problem(_ check: () throws(PMSError) -> Void) -> String? {
        do throws(PMSError) {
            try check()
            return nil
        } catch {
            guard case .invalid(let problem) = error else { return error.result }
            return problem
        }
    }

    @Test(arguments: [
        (Party(adults: 0), "party.adults is 0; at least 1"),
        (Party(adults: -1), "party.adults is -1; at least 1"),
        (Party(adults: .max), "party has more than 20 adults or children"),
        (Party(adults: 1, children: Array(repeating: 3, count: 21)), "party has more than 20 adults or children"),
        (Party(adults: 1, children: [18]), "party.children are ages from 0 to 17"),
        (Party(adults: 1, children: [-1]), "party.children are ages from 0 to 17"),
    ])
    func `a party that can't be is refused in words`(party: Party, words: String) throws {
        let stay = try Stay.december(1, nights: 2)
        #expect(problem { () throws(PMSError) in try RequestChecks.check(stay, party) } == words)
    }

    @Test func `a stay longer than a year is refused`() throws {
        let year = try Stay.december(1, nights: 365)
        let longer = try Stay.december(1, nights: 366)
        #expect(problem { () throws(PMSError) in try RequestChecks.check(year, .one) } == nil)
        #expect(
            problem { () throws(PMSError) in try RequestChecks.check(longer, .one) }
                == "stay has 366 nights; at most 365")
    }

    @Test(arguments: [
        ("", "guestName is empty"), ("  \u{a0}", "guestName is blank"),
        (String(repeating: "ñ", count: 121), "guestName has 242 bytes; at most 240"),
        ("Ana\u{0}", "guestName has control characters"), ("Ana\nRuiz", "guestName has control characters"),
    ])
    func `a name that can't be kept is refused, without repeating it`(name: String, words: String) {
        let request = PMSBook.Request(
            hotel: 1, key: "k", hold: "HM-AAAAAA", guestName: name, email: nil, phone: nil, conversation: "c")
        #expect(problem { () throws(PMSError) in try RequestChecks.checkGuest(request) } == words)
    }

    @Test(arguments: ["María José de la Cruz-O'Neill", "عمر", "李小龍", "👩🏽‍🦰 Zoë"])
    func `names of every script are kept`(name: String) async throws {
        let hotel = try await TestHotel(on: Database.pool())
        let booking = try await hotel.book(hotel.hold("double", .december(3, nights: 1)), name: name)
        #expect(try await hotel.find(booking.code).guestName == name)
    }

    @Test func `a key or code is bounded`() {
        #expect(
            problem { () throws(PMSError) in try RequestChecks.checkKey(String(repeating: "k", count: 512)) } == nil)
        #expect(
            problem { () throws(PMSError) in try RequestChecks.checkKey(String(repeating: "k", count: 513)) } != nil)
        #expect(!RequestChecks.canBeIdentifier(String(repeating: "A", count: 129)))
        #expect(!RequestChecks.canBeIdentifier("HM-\u{1b}[2J"))
        #expect(RequestChecks.canBeIdentifier("HM-7K3QXD"))
    }
}
