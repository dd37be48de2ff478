import Contracts
import Testing

@testable import orchestrator

@Suite struct BurstTests {
    private func heard(
        _ text: String, _ intents: [Intent] = [], entities: [Entity] = [], kind: InboundContent.Kind = .text
    ) -> Heard {
        let ranked = intents.map { RankedIntent(intent: $0, probability: 0.9) }
        let understood = Understood(
            language: .spanish, languageConfidence: 0.9,
            intents: ranked.isEmpty ? [RankedIntent(intent: .outOfScope, probability: 0.2)] : ranked, entities: entities
        )
        return Heard(content: InboundContent(kind: kind, text: text), understood: understood)
    }

    @Test func aBareGreetingWaitsTwoSecondsOfQuiet() {
        #expect(Burst.begins([heard("hola", [.greet])], first: 0, last: 0, expecting: nil, now: 0) == 2_000_000)
        #expect(
            Burst.begins([heard("hola", [.greet])], first: 0, last: 0, expecting: nil, now: 2_000_000) == nil)
    }

    @Test func aGuestWhoGoesOnIsWaitedForButNotForEver() {
        let messages = [heard("hola", [.greet]), heard("una pregunta…")]
        #expect(Burst.begins(messages, first: 0, last: 1_500_000, expecting: nil, now: 1_500_000) == 3_500_000)
        #expect(Burst.begins(messages, first: 0, last: 3_900_000, expecting: nil, now: 3_900_000) == 4_000_000)
        #expect(Burst.begins(messages, first: 0, last: 3_900_000, expecting: nil, now: 4_000_000) == nil)
    }

    @Test func aCompleteRequestDoesNotWait() {
        #expect(Burst.isComplete([heard("¿hay sitio el viernes?", [.checkAvailability])], expecting: nil))
        #expect(Burst.isComplete([heard("hola, ¿dónde aparco?", [.greet, .askParking])], expecting: nil))
        #expect(Burst.isComplete([heard("gracias", [.thank])], expecting: nil))
    }

    @Test func anAnswerToWhatWasAskedIsCompleteAndWithoutAQuestionAFragment() {
        let party = heard("dos", entities: [.party(adults: 2, children: [], childrenWithoutAge: 0)])
        #expect(Burst.isComplete([party], expecting: .party))
        #expect(!Burst.isComplete([party], expecting: nil))
    }

    @Test(arguments: ["quería una habitación para", "del 3 al 5,", "hola quería saber si…", "I want to book and"])
    func aSentenceThatBreaksOffWaits(_ text: String) {
        #expect(!Burst.isComplete([heard(text, [.makeBooking])], expecting: nil))
    }

    @Test func picturesAndTapsDoNotWait() {
        let picture = Heard(content: InboundContent(kind: .image), understood: nil)
        let tap = Heard(content: InboundContent(kind: .button, buttonID: "choose|1|double"), understood: nil)
        #expect(Burst.isComplete([picture], expecting: nil))
        #expect(Burst.isComplete([tap], expecting: nil))
    }
}
