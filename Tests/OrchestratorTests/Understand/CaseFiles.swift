import Contracts
import Foundation

@testable import orchestrator

/// The case files beside these tests, for people to read and extend.
enum CaseFiles {
    static let understanding = Result { () throws in try TrainedUnderstanding.embedded() }
    /// Swift Testing has an `Expectation` too.
    typealias Awaited = Expectation

    /// A Monday.
    static let today = LocalDate("2026-11-23")!

    static func context(_ language: Language? = nil, expecting: Expectation? = nil) -> UnderstandingContext {
        UnderstandingContext(today: today, minuteOfDay: 17 * 60, language: language, expecting: expecting)
    }

    static func lines(_ name: String) throws -> [(number: Int, text: String)] {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases/\(name)")
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated().map { ($0.offset + 1, String($0.element)) }
            .filter { !$0.1.isEmpty && !$0.1.hasPrefix("#") }
    }

    struct GrammarCase {
        var file: String
        var line: Int
        var text: String
        var expected: String
        var context: UnderstandingContext
    }

    static func grammarCases(_ language: Language) throws -> [GrammarCase] {
        let file = "grammar-\(language.rawValue).txt"
        var situation = context(language)
        var cases: [GrammarCase] = []
        for (number, line) in try lines(file) {
            if line.hasPrefix("["), line.hasSuffix("]") {
                situation = try self.situation(String(line.dropFirst().dropLast()), language)
                continue
            }
            let parts = line.components(at: "|")
            guard parts.count == 2 else { throw Script.Fault("\(file):\(number): a case is `text | entities`") }
            cases.append(
                GrammarCase(
                    file: file, line: number, text: parts[0][...].trimmed, expected: parts[1][...].trimmed,
                    context: situation))
        }
        return cases
    }

    private static func situation(_ text: String, _ language: Language) throws -> UnderstandingContext {
        var result = context(language)
        for part in text.split(separator: ";") {
            let words = part.split(separator: " ").map(String.init)
            switch (words.first, words.count) {
            case ("expecting", 2): result.expecting = Expectation(rawValue: words[1])
            case ("checkIn", 2): result.checkIn = LocalDate(words[1])
            case ("checkOut", 2): result.checkOut = LocalDate(words[1])
            case ("today", 3):
                guard let day = LocalDate(words[1]) else { throw Script.Fault("no day: \(part)") }
                let time = words[2].split(separator: ":").compactMap { Int($0) }
                result.today = day
                result.minuteOfDay = time[0] * 60 + time[1]
            default: throw Script.Fault("no situation: \(part)")
            }
        }
        return result
    }
}
