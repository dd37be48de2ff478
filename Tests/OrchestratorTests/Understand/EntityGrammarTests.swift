import Contracts
import Testing

@testable import orchestrator

@Suite struct EntityGrammarTests {
    /// Every line of `Cases/grammar-*.txt`, read as a message of that language's conversation.
    @Test(arguments: Language.allCases)
    func readsWhatTheCasesSay(_ language: Language) throws {
        let understanding = try CaseFiles.understanding.get()
        let cases = try CaseFiles.grammarCases(language)
        for item in cases {
            let read = EntityNotation.text(understanding.named(in: item.text, context: item.context))
            #expect(read == item.expected, "\(item.file):\(item.line): \(item.text)")
        }
        #expect(cases.count >= 100)
    }
}
