import Contracts

/// What people say, by what they mean: the examples that understanding learns a language from.
///
/// The files are for people to edit. A line `intent:` opens a section, each line below it is something that a guest might write, `#` begins a comment
/// line. `(a|b|)` stands for one of these (or nothing), `{dates}` for anything that the grammars read as such, prepositions included: write
/// `habitaciones {dates}`, not `habitaciones del {dates}`. Besides the intents there are two sections: `inform` has messages that answer
/// a question and wish for nothing, `language` has words that merely tell the language.
struct PhraseFile: Sendable {
    enum Section: Hashable, Sendable {
        case intent(Intent)
        case inform
        case language
    }

    struct Phrase: Sendable {
        var section: Section
        /// One of the line's readings.
        var text: String
        /// From 1.
        var line: Int

        /// Slots are placeholders. Cut anew each time: thousands of phrases as tokens would be megabytes.
        var words: Words { Tokenizer.words(in: text).withSlots() }
    }

    static let maximumChoices = 24
    static let maximumCharacters = 200

    let language: Language
    let phrases: [Phrase]

    /// `name` is for messages of errors.
    init(_ text: String, language: Language, named name: String) throws(PhraseFileError) {
        var reader = Reader(name: name)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) { try reader.read(line) }
        try reader.finish()
        self.language = language
        phrases = reader.phrases
    }

    /// The files that were built into the program.
    static func embedded() throws(PhraseFileError) -> [PhraseFile] {
        [
            try PhraseFile(
                String(decoding: PackageResources.phrases_es_txt, as: UTF8.self), language: .spanish,
                named: "phrases-es.txt"),
            try PhraseFile(
                String(decoding: PackageResources.phrases_en_txt, as: UTF8.self), language: .english,
                named: "phrases-en.txt"),
            try PhraseFile(
                String(decoding: PackageResources.phrases_pt_txt, as: UTF8.self), language: .portuguese,
                named: "phrases-pt.txt"),
        ]
    }
}

/// What is wrong with a file of phrases, and where.
struct PhraseFileError: Error, CustomStringConvertible, Equatable {
    var file: String
    /// From 1; 0 when the fault is of the file as a whole.
    var line: Int
    var problem: String

    var description: String { "\(file):\(line): \(problem)" }
}

extension PhraseFile {
    private struct Reader {
        let name: String
        var phrases: [Phrase] = []
        private var number = 0
        private var section: Section?
        /// Where a reading stands already.
        private var seen: [String: (section: Section, line: Int)] = [:]

        init(name: String) { self.name = name }

        mutating func read(_ line: Substring) throws(PhraseFileError) {
            number += 1
            let text = line.drop { $0 == " " || $0 == "\t" }
            guard !text.isEmpty, text.first != "#" else { return }
            if let heading = heading(text) {
                guard let section = Self.section(heading) else {
                    throw fail("`\(heading)` is no intent; the intents are listed in Understood.swift")
                }
                self.section = section
                return
            }
            guard let section else { throw fail("a phrase stands before the first `intent:`") }
            guard text.count <= PhraseFile.maximumCharacters else {
                throw fail("a phrase has at most \(PhraseFile.maximumCharacters) characters")
            }
            for reading in try readings(of: text) { try add(reading, to: section) }
        }

        func finish() throws(PhraseFileError) {
            for section in Intent.allCases.map(Section.intent) + [.inform, .language]
            where !phrases.contains(where: { $0.section == section }) {
                throw PhraseFileError(file: name, line: 0, problem: "`\(Self.name(of: section))` has no phrases")
            }
        }

        private func fail(_ problem: String) -> PhraseFileError {
            PhraseFileError(file: name, line: number, problem: problem)
        }

        /// A word of small letters and a colon, and nothing after it.
        private func heading(_ text: Substring) -> String? {
            guard text.utf8.last == UInt8(ascii: ":") || text.last == " " else { return nil }
            let trimmed = text.reversed().drop { $0 == " " }.reversed()
            guard trimmed.last == ":" else { return nil }
            let word = String(trimmed.dropLast())
            return word.allSatisfy { $0 == "_" || ("a"..."z").contains($0) } ? word : nil
        }

        private static func section(_ heading: String) -> Section? {
            switch heading {
            case "inform": .inform
            case "language": .language
            default: Intent(rawValue: heading).map(Section.intent)
            }
        }

        private static func name(of section: Section) -> String {
            switch section {
            case .intent(let intent): intent.rawValue
            case .inform: "inform"
            case .language: "language"
            }
        }

        private mutating func add(_ reading: String, to section: Section) throws(PhraseFileError) {
            try checkSlots(in: reading)
            let words = Tokenizer.words(in: reading).withSlots()
            var key = ""
            for token in words.tokens where token.kind != .symbol || token.text > "~" { key += token.text + " " }
            guard !key.isEmpty else { throw fail("a phrase needs a word") }
            if section != .language {
                if let before = seen[key] {
                    // The same reading again in its own section does no harm; under another it would contradict.
                    guard before.section == section else {
                        throw fail(
                            "this stands in line \(before.line) already, under `\(Self.name(of: before.section))`: \(reading)"
                        )
                    }
                    return
                }
                seen[key] = (section, number)
            }
            phrases.append(Phrase(section: section, text: reading, line: number))
        }

        private func checkSlots(in reading: String) throws(PhraseFileError) {
            var rest = reading[...]
            while let open = rest.firstIndex(of: "{") {
                guard let close = rest[open...].firstIndex(of: "}") else { throw fail("a `{` has no `}`") }
                let slot = String(rest[rest.index(after: open)..<close])
                guard Slot(rawValue: slot) != nil else {
                    let slots = Slot.allCases.map(\.rawValue).joined(separator: ", ")
                    throw fail("`{\(slot)}` is no slot; there are \(slots)")
                }
                rest = rest[rest.index(after: close)...]
            }
            guard !rest.contains("}") else { throw fail("a `}` has no `{`") }
        }

        /// A line with choices is read as often as its longest choice is long, so that each alternative occurs; not in every combination,
        /// which would drown the lines without any.
        private func readings(of text: Substring) throws(PhraseFileError) -> [String] {
            var pieces: [[Substring]] = []
            var rest = text
            while let open = rest.firstIndex(of: "(") {
                guard let close = rest[open...].firstIndex(of: ")") else { throw fail("a `(` has no `)`") }
                let choices = rest[rest.index(after: open)..<close].split(
                    separator: "|", omittingEmptySubsequences: false)
                guard !choices.contains(where: { $0.contains("(") }) else { throw fail("`(` inside `(`") }
                guard choices.count <= PhraseFile.maximumChoices else {
                    throw fail("there are at most \(PhraseFile.maximumChoices) choices between `(` and `)`")
                }
                pieces += [[rest[..<open]], choices]
                rest = rest[rest.index(after: close)...]
            }
            guard !rest.contains(")") else { throw fail("a `)` has no `(`") }
            pieces.append([rest])
            let longest = pieces.map(\.count).max() ?? 1
            return (0..<longest).map { reading in
                var text = ""
                for (place, choices) in pieces.enumerated() { text += choices[(reading + place / 2) % choices.count] }
                return text.split(separator: " ").joined(separator: " ")
            }
        }
    }
}
