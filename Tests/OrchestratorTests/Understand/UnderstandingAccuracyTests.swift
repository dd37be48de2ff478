import Contracts
import Testing

@testable import orchestrator

/// How well phrases are understood that training never saw.
@Suite struct UnderstandingAccuracyTests {
    struct Heldout {
        var intent: Intent
        var text: String
        var understood: Understood

        var top: RankedIntent { understood.intents[0] }
        var isRight: Bool { top.intent == intent }
    }

    static let heldout = Result { () throws -> [Language: [Heldout]] in
        let understanding = try CaseFiles.understanding.get()
        var result: [Language: [Heldout]] = [:]
        for language in Language.allCases {
            var intent: Intent?
            for (number, line) in try CaseFiles.lines("heldout-\(language.rawValue).txt") {
                if line.hasSuffix(":"), let heading = Intent(rawValue: String(line.dropLast())) {
                    intent = heading
                    continue
                }
                guard let intent else { throw Script.Fault("heldout-\(language.rawValue).txt:\(number): no heading") }
                let understood = understanding.understand(line, in: CaseFiles.context())
                result[language, default: []].append(Heldout(intent: intent, text: line, understood: understood))
            }
        }
        return result
    }

    @Test(arguments: Language.allCases)
    func nineInTenHeldOutPhrasesAreUnderstood(_ language: Language) throws {
        let phrases = try Self.heldout.get()[language] ?? []
        let right = phrases.count(where: \.isRight)
        print(
            "\(language.rawValue): \(right) of \(phrases.count) held-out phrases understood, \(100 * right / phrases.count) %"
        )
        for wrong in phrases where !wrong.isRight {
            print("  \(wrong.intent.rawValue): \(wrong.text) → \(Self.short(wrong.understood))")
        }
        #expect(Double(right) >= 0.9 * Double(phrases.count))
        #expect(Set(phrases.map(\.intent)) == Set(Intent.allCases))
    }

    private static func short(_ understood: Understood) -> String {
        understood.intents.prefix(3).map { "\($0.intent.rawValue) \(Int($0.probability * 100))" }.joined(
            separator: ", ")
    }

    /// Bins of stated probability against the share that was right.
    @Test func statedProbabilitiesAreKept() throws {
        let phrases = try Self.heldout.get().values.flatMap { $0 }
        let bins: [ClosedRange<Double>] = [0...0.5, 0.5...0.7, 0.7...0.85, 0.85...0.95, 0.95...1]
        var error = 0.0
        for bin in bins {
            let those = phrases.filter { bin.contains($0.top.probability) }
            guard !those.isEmpty else { continue }
            let stated = those.map(\.top.probability).reduce(0, +) / Double(those.count)
            let kept = Double(those.count(where: \.isRight)) / Double(those.count)
            error += abs(stated - kept) * Double(those.count) / Double(phrases.count)
            print("said \(Int(stated * 100)) %: right \(Int(kept * 100)) % of \(those.count)")
        }
        // The expected calibration error (Naeini et al. 2015).
        print("expected calibration error \(Int(error * 1000)) ‰")
        #expect(error < 0.12)
    }

    @Test(arguments: Language.allCases)
    func theLanguageIsTold(_ language: Language) throws {
        let phrases = try Self.heldout.get()[language] ?? []
        let sure = phrases.filter { $0.understood.languageConfidence >= Limits.languageSure }
        let wrong = sure.filter { $0.understood.language != language }
        print("\(language.rawValue): language told of \(sure.count) of \(phrases.count), wrongly of \(wrong.count)")
        for phrase in wrong {
            print("  \(phrase.text) → \(phrase.understood.language.rawValue) \(phrase.understood.languageConfidence)")
        }
        #expect(wrong.count * 50 <= sure.count)
        #expect(Double(sure.count) >= 0.9 * Double(phrases.count))
    }
}
