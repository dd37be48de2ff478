import Testing

@testable import orchestrator

@Suite struct TapTests {
    @Test(arguments: [
        Tap.choose(offer: 3, roomType: "dbl"), .otherDates(offer: 3), .reception(offer: 0), .confirm(hold: "HM-7K3QXD"),
        .edit(hold: "HM-7K3QXD"),
        .drop(hold: "H"), .skipEmail(hold: "H"), .cancel(code: "H"), .keep(code: "H"), .change(proposal: 2, code: "H"),
        .leave(proposal: 2, code: "H"), .startChange(code: "H"), .startCancel(code: "H"), .intent(.askPrice, reply: 7),
        .oldOffer(1, roomType: "sup"), .currentOffer(old: 1),
    ])
    func anIdReadsBack(_ tap: Tap) {
        #expect(Tap(id: tap.id) == tap)
    }

    @Test(arguments: [
        "", "|", "choose", "choose|x|dbl", "choose|1", "choose|1|dbl|2", "confirm", "confirm|a|b", "intent|1|fly",
        "dates|", "x|1", "0", "😀",
        String(repeating: "|", count: 2000), "confirm|" + String(repeating: "x", count: 2000),
    ])
    func whatWasNeverSentIsNoTap(_ id: String) {
        #expect(Tap(id: id) == nil)
    }
}
