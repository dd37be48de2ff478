import Foundation
import Testing

@testable import orchestrator

/// Plays every file of `Conversations`. After a wanted change of wording, `RECORD_CONVERSATIONS=1` writes the agent's lines anew: read the
/// difference before you commit it.
@Suite struct ConversationTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "Conversations")

    static let files: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".md") }.sorted()
    }()

    @Test func thereAreConversationsInEachLanguage() {
        #expect(Self.files.count >= 25)
        for language in ["es-", "en-", "pt-"] {
            #expect(Self.files.count { $0.hasPrefix(language) } >= 8, "\(language)")
        }
    }

    @Test(arguments: files)
    func goesAsRecorded(_ file: String) throws {
        let url = Self.folder.appendingPathComponent(file)
        let script = try Script(String(contentsOf: url, encoding: .utf8))
        let played = try script.played()
        if ProcessInfo.processInfo.environment["RECORD_CONVERSATIONS"] != nil {
            try Data(played.joined(separator: "\n").utf8).write(to: url)
            return
        }
        let expected = script.text
        for (line, (wanted, got)) in zip(expected, played).enumerated() where wanted != got {
            Issue.record("\(file):\(line + 1)\nwanted: \(wanted)\ngot:    \(got)")
            return
        }
        #expect(expected.count == played.count)
    }
}
