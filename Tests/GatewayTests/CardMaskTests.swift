import Support
import Testing

@testable import gateway

@Suite struct CardMaskTests {
    @Test(
        "hides card numbers but for their last four digits",
        arguments: [
            ("Mi tarjeta es 4111 1111 1111 1111", "Mi tarjeta es **** **** **** 1111"),
            ("4111-1111-1111-1111", "****-****-****-1111"),
            ("5500000000000004 cvv 123", "************0004 cvv ***"),
            ("378282246310005", "***********0005"),
            ("4111 1111 1111 1111 12/27 123", "**** **** **** 1111 12/27 ***"),
            ("4111111111111111, 12/27, 123", "************1111, 12/27, ***"),
            ("4111\u{A0}1111\u{A0}1111\u{A0}1111", "****\u{A0}****\u{A0}****\u{A0}1111"),
            ("CVV: 987", "CVV: ***"), ("el código de seguridad es 1234", "el código de seguridad es ****"),
        ])
    func hides(_ text: String, _ masked: String) {
        let result = CardMask.masked(text)
        #expect(result.text == masked)
        #expect(result.didMask)
    }

    @Test(
        "leaves what only looks like one",
        arguments: [
            "del 3 al 5 de diciembre de 2026", "+34 600 111 222", "HM-7K3QXD", "4111 1111 1111 1112", "habitación 203",
            "0000000000000000000", "03-12-2026 05-12-2026", "03.12.2026.05.12.2026", "600 111 222 600 333 444", "",
            "somos 2 y 3 niños de 4, 5 y 6 años", "١٢٣٤",
        ])
    func leaves(_ text: String) {
        let result = CardMask.masked(text)
        #expect(result.text == text)
        #expect(!result.didMask)
    }

    @Test func noCardGetsThroughAnyMixtureOfWordsAndSeparators() {
        var random = SeededGenerator(seed: 7)
        let words = ["hola", "tarjeta", "12/29", "é", "🙂", "2026", "\n", ",", "n.º"]
        let separators = ["", " ", "-", ".", "\u{A0}"]
        for _ in 0..<2_000 {
            let digits = Self.cardNumber(&random)
            let separator = separators.randomElement(using: &random)!
            let card = stride(from: 0, to: digits.count, by: 4).map {
                digits[$0..<min($0 + 4, digits.count)].map(String.init).joined()
            }.joined(separator: separator)
            let before = words.randomElement(using: &random)!
            let after = words.randomElement(using: &random)!
            let masked = CardMask.masked("\(before), \(card); \(after)").text
            let left = masked.filter(\.isNumber).compactMap(\.wholeNumberValue)
            #expect(!Self.contains(left, Array(digits)), "\(card)")
        }
    }

    /// Sixteen digits with a right check digit.
    private static func cardNumber(_ random: inout SeededGenerator) -> [Int] {
        var digits = [4] + (0..<14).map { _ in Int.random(in: 0...9, using: &random) }
        let sum = digits.reversed().enumerated().reduce(0) { sum, digit in
            let doubled = digit.offset % 2 == 0 ? digit.element * 2 : digit.element
            return sum + (doubled > 9 ? doubled - 9 : doubled)
        }
        digits.append((10 - sum % 10) % 10)
        return digits
    }

    private static func contains(_ all: [Int], _ part: [Int]) -> Bool {
        guard all.count >= part.count else { return false }
        return (0...all.count - part.count).contains { Array(all[$0..<$0 + part.count]) == part }
    }
}
