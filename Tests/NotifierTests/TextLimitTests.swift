import Support
import Testing

@testable import notifier

@Suite struct TextLimitTests {
    @Test func leavesAloneWhatFits() {
        #expect(TextLimit(units: 20).pieces("Buenos días.") == ["Buenos días."])
        #expect(TextLimit(units: 20).shortened("Doble superior") == "Doble superior")
    }

    @Test func cutsAfterASentence() {
        let pieces = TextLimit(units: 24).pieces("Hay sitio. Le espero hoy. ¿A qué hora llega usted?")
        #expect(pieces == ["Hay sitio.", "Le espero hoy.", "¿A qué hora llega usted?"])
    }

    @Test func cutsBetweenWordsWhereASentenceIsTooLong() {
        #expect(TextLimit(units: 12).pieces("una frase sin punto final") == ["una frase", "sin punto", "final"])
    }

    @Test func cutsAWordThatFillsAMessage() {
        #expect(TextLimit(units: 4).pieces("abcdefghij") == ["abcd", "efgh", "ij"])
    }

    @Test func aTitleEndsWithAnEllipsisAndHasOneLine() {
        #expect(TextLimit.buttonTitle.shortened("Habitación doble\nsuperior") == "Habitación doble su…")
        #expect(TextLimit.buttonTitle.shortened("Habitación doble\nsuperior").utf16.count == 20)
    }

    @Test func neverCutsThroughAnEmoji() {
        for piece in TextLimit(units: 12).pieces("👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦") { #expect(piece == "👨‍👩‍👧‍👦") }
    }

    @Test func aLetterUnderAThousandAccentsIsNoTrap() {
        let letter = "e" + String(repeating: "\u{301}", count: 1_000)
        let pieces = TextLimit(units: 100).pieces(letter)
        #expect(pieces.allSatisfy { $0.utf16.count <= 100 })
        #expect(pieces.map(\.utf16.count).reduce(0, +) == 1_001)
        #expect(TextLimit(units: 20).shortened(letter).utf16.count <= 20)
    }

    @Test func randomTextsLoseNothingButWhiteSpaceAtTheCuts() {
        var random = SeededGenerator(seed: 0x7E_A7)
        let alphabet = Array("aé.!?… \n\t👍🏽 ñ,0")
        for _ in 0..<2_000 {
            let text = String(
                (0..<Int.random(in: 0...200, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
            let limit = TextLimit(units: Int.random(in: 8...64, using: &random))
            let pieces = limit.pieces(text)
            #expect(pieces.allSatisfy { limit.admits($0) && !$0.isEmpty })
            let kept = pieces.joined().filter { !$0.isWhitespace }
            #expect(kept == text.filter { !$0.isWhitespace })
        }
    }
}
