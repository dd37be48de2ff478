import Contracts
import Testing

@testable import orchestrator

@Suite struct PhraseFileTests {
    /// A file with one phrase in every section, before the lines of a test.
    private static let complete: String = {
        let sections = Intent.allCases.map(\.rawValue) + ["inform", "language"]
        return sections.map { "\($0):\nphrase of \($0)\n" }.joined()
    }()

    private func read(_ lines: String) throws -> PhraseFile {
        try PhraseFile(Self.complete + lines, language: .english, named: "test.txt")
    }

    private static let firstLine = complete.split(separator: "\n").count + 1

    @Test func theEmbeddedFilesAreInOrder() throws {
        let files = try PhraseFile.embedded()
        #expect(files.map(\.language) == [.spanish, .english, .portuguese])
        for file in files {
            for intent in Intent.allCases {
                let count = file.phrases.count { $0.section == .intent(intent) }
                let isBusy = [
                    .checkAvailability, .askPrice, .makeBooking, .checkBooking, .changeBooking, .cancelBooking, .affirm,
                    .deny,
                ].contains(intent)
                #expect(count >= (isBusy ? 60 : 40), "\(file.language.rawValue) \(intent.rawValue): \(count)")
            }
        }
    }

    @Test func everyAlternativeOccurs() throws {
        let file = try read("greet:\n(hey|yo|) (there|you|all|mate) {name}\n")
        let readings = file.phrases.filter { $0.line == Self.firstLine + 1 }.map(\.text)
        #expect(readings.count == 4)
        for word in ["hey", "yo", "there", "you", "all", "mate", "{name}"] {
            #expect(readings.contains { $0.split(separator: " ").contains(Substring(word)) }, "\(word)")
        }
    }

    @Test func commentsAndEmptyLinesAreSkipped() throws {
        let file = try read("\n  # no phrase\n\ngreet:\n  hey ho  \n")
        #expect(file.phrases.last?.text == "hey ho")
        #expect(file.phrases.last?.line == Self.firstLine + 4)
    }

    @Test(arguments: [
        ("order_pizza:\n", 0, "`order_pizza` is no intent"),
        ("greet:\n(hey|yo there\n", 1, "a `(` has no `)`"),
        ("greet:\nhey) there\n", 1, "a `)` has no `(`"),
        ("greet:\n(hey (yo|) there\n", 1, "`(` inside `(`"),
        ("greet:\nhey {nobody}\n", 1, "`{nobody}` is no slot; there are dates, nights"),
        ("greet:\nhey {name\n", 1, "a `{` has no `}`"),
        ("greet:\nhey name}\n", 1, "a `}` has no `{`"),
        ("greet:\n...\n", 1, "a phrase needs a word"),
        ("greet:\nPhrase of THANK!\n", 1, "under `thank`: Phrase of THANK!"),
    ])
    func faultsAreNamedWithTheirLine(_ lines: String, _ offset: Int, _ problem: String) {
        let error = #expect(throws: PhraseFileError.self) { try read(lines) }
        #expect(error?.file == "test.txt")
        #expect(error?.line == Self.firstLine + offset)
        #expect(error?.problem.contains(problem) == true, "\(error?.description ?? "")")
    }

    @Test func aPhraseBeforeTheFirstHeadingIsRefused() {
        let error = #expect(throws: PhraseFileError.self) {
            try PhraseFile("hello\n" + Self.complete, language: .english, named: "test.txt")
        }
        #expect(error?.description == "test.txt:1: a phrase stands before the first `intent:`")
    }

    @Test func aMissingSectionIsNamed() {
        let error = #expect(throws: PhraseFileError.self) {
            try PhraseFile("greet:\nhello\n", language: .english, named: "test.txt")
        }
        #expect(error?.description == "test.txt:0: `thank` has no phrases")
    }

    @Test func aLongLineAndTooManyChoicesAreRefused() {
        let long = String(repeating: "word ", count: 60)
        let many = "(" + (0..<30).map { "w\($0)" }.joined(separator: "|") + ")"
        #expect(throws: PhraseFileError.self) { try read("greet:\n\(long)\n") }
        #expect(throws: PhraseFileError.self) { try read("greet:\n\(many)\n") }
    }
}
