import Contracts

/// The texts of every language, checked when they are loaded: none is missing, none is unknown, and each contains what it must.
///
/// The files are for people to edit. A line is `key: text with {placeholders}`; `#` begins a comment line; `\n` inside a text starts a new line and `~` is a
/// no-break space.
/// The same key again is a variant (three at most); `key[form]: text` is the form for a number or a name: `nights[1]: one night`,
/// `nights[other]: {count} nights`, `month[12]: December`.
struct Templates: Sendable {
    private enum Piece: Sendable {
        case text(String)
        case placeholder(Placeholder)
    }

    private typealias Text = [Piece]

    private struct Entry {
        var variants: [Text] = []
        var forms: [String: Text] = [:]
    }

    private let entries: [Language: [Phrase: Entry]]

    /// `files` has one text a language; `name` is for messages of errors.
    init(_ files: [(language: Language, name: String, text: String)]) throws(TemplateError) {
        var entries: [Language: [Phrase: Entry]] = [:]
        for file in files {
            entries[file.language] = try Self.read(file.text, named: file.name)
        }
        for language in Language.allCases where entries[language] == nil {
            throw TemplateError(file: "\(language.rawValue).txt", line: 0, problem: "the file is missing")
        }
        self.entries = entries
    }

    /// The texts that were built into the program.
    static func embedded() throws(TemplateError) -> Templates {
        try Templates([
            (.spanish, "es.txt", String(decoding: PackageResources.es_txt, as: UTF8.self)),
            (.english, "en.txt", String(decoding: PackageResources.en_txt, as: UTF8.self)),
            (.portuguese, "pt.txt", String(decoding: PackageResources.pt_txt, as: UTF8.self)),
        ])
    }

    /// The text of a plain phrase; `seed` picks the variant. What a caller does not give stays empty.
    func text(_ phrase: Phrase, _ values: [Placeholder: String] = [:], in language: Language, seed: Int = 0) -> String {
        guard let variants = entries[language]?[phrase]?.variants, !variants.isEmpty else { return "" }
        return fill(variants[((seed % variants.count) + variants.count) % variants.count], values)
    }

    /// The form for a name, such as a month's number; nil when there is none (a currency without a pattern of its own).
    func form(_ phrase: Phrase, _ name: String, _ values: [Placeholder: String] = [:], in language: Language) -> String?
    {
        entries[language]?[phrase]?.forms[name].map { fill($0, values) }
    }

    /// The form for a number.
    func counted(_ phrase: Phrase, _ count: Int, in language: Language) -> String {
        let values = [Placeholder.count: String(count)]
        return form(phrase, String(count), values, in: language) ?? form(phrase, "other", values, in: language) ?? ""
    }

    private func fill(_ text: Text, _ values: [Placeholder: String]) -> String {
        var result = ""
        for piece in text {
            switch piece {
            case .text(let words): result += words
            case .placeholder(let placeholder): result += values[placeholder] ?? ""
            }
        }
        return result
    }
}

/// What is wrong with a file of texts, and where.
struct TemplateError: Error, CustomStringConvertible, Equatable {
    var file: String
    /// From 1; 0 when the fault is of the file as a whole.
    var line: Int
    var problem: String

    var description: String { "\(file):\(line): \(problem)" }
}

extension Templates {
    private static let maximumVariants = 3

    private static func read(_ file: String, named name: String) throws(TemplateError) -> [Phrase: Entry] {
        var entries: [Phrase: Entry] = [:]
        var number = 0
        for line in file.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            func fail(_ problem: String) -> TemplateError { TemplateError(file: name, line: number, problem: problem) }
            let trimmed = line.drop { $0 == " " || $0 == "\t" }
            if trimmed.isEmpty || trimmed.first == "#" || trimmed.allSatisfy(\.isWhitespace) { continue }
            guard let colon = trimmed.firstIndex(of: ":") else {
                throw fail("a line is `key: text`; this one has no colon")
            }
            var key = String(trimmed[..<colon])
            var formName: String?
            if let bracket = key.firstIndex(of: "["), key.last == "]" {
                formName = String(key[key.index(after: bracket)...].dropLast())
                key = String(key[..<bracket])
            }
            guard let phrase = Phrase(rawValue: key) else { throw fail("there is no text called `\(key)`") }
            var words = trimmed[trimmed.index(after: colon)...]
            if words.first == " " { words = words.dropFirst() }
            let text = try pieces(of: words, failing: fail)
            try check(text, of: phrase, form: formName, failing: fail)
            if let formName {
                guard entries[phrase, default: Entry()].forms.updateValue(text, forKey: formName) == nil else {
                    throw fail("`\(key)[\(formName)]` stands twice")
                }
            } else {
                entries[phrase, default: Entry()].variants.append(text)
                guard entries[phrase, default: Entry()].variants.count <= maximumVariants else {
                    throw fail("`\(key)` has more than \(maximumVariants) variants")
                }
            }
        }
        for phrase in Phrase.allCases {
            try checkPresence(of: phrase, in: entries[phrase] ?? Entry(), file: name)
        }
        return entries
    }

    private static func pieces(of words: Substring, failing fail: (String) -> TemplateError) throws(TemplateError)
        -> Text
    {
        var text: Text = []
        var plain = ""
        var rest = words
        while let character = rest.popFirst() {
            switch character {
            case "\\":
                guard rest.popFirst() == "n" else { throw fail("after a backslash only `n` can stand (a new line)") }
                plain.append("\n")
            case "{":
                guard let end = rest.firstIndex(of: "}") else { throw fail("`{` without its `}`") }
                let name = String(rest[..<end])
                guard let placeholder = Placeholder(rawValue: name) else {
                    throw fail("there is no placeholder {\(name)}")
                }
                rest = rest[rest.index(after: end)...]
                if !plain.isEmpty { text.append(.text(plain)) }
                plain = ""
                text.append(.placeholder(placeholder))
            case "~":
                plain.append("\u{a0}")
            case "}":
                throw fail("`}` without its `{`")
            default:
                plain.append(character)
            }
        }
        if !plain.isEmpty { text.append(.text(plain)) }
        return text
    }

    private static func check(
        _ text: Text, of phrase: Phrase, form: String?, failing fail: (String) -> TemplateError
    ) throws(TemplateError) {
        var found: Set<Placeholder> = []
        var length = 0
        for piece in text {
            switch piece {
            case .placeholder(let placeholder): found.insert(placeholder)
            case .text(let words): length += words.count
            }
        }
        let allowed = phrase.placeholders
        if let stranger = found.subtracting(allowed).map(\.rawValue).min() {
            throw fail("`\(phrase.rawValue)` knows no {\(stranger)}")
        }
        let mayOmitCount = phrase.shape == .counted && form != "other"
        if !mayOmitCount, let missing = allowed.subtracting(found).map(\.rawValue).min() {
            throw fail("`\(phrase.rawValue)` needs {\(missing)}")
        }
        if text.isEmpty { throw fail("`\(phrase.rawValue)` has no text") }
        if let most = phrase.maximumCharacters, length > most {
            throw fail("`\(phrase.rawValue)` has \(length) characters; a button or label has room for \(most)")
        }
        switch phrase.shape {
        case .plain:
            if form != nil { throw fail("`\(phrase.rawValue)` has no forms") }
        case .counted:
            guard let form, form == "other" || Int(form) != nil else {
                throw fail("`\(phrase.rawValue)` needs a number or `other` in brackets")
            }
        case .named(let names):
            guard let form, names.contains(form) else {
                throw fail("`\(phrase.rawValue)` needs one of these in brackets: \(names.joined(separator: ", "))")
            }
        }
    }

    private static func checkPresence(of phrase: Phrase, in entry: Entry, file: String) throws(TemplateError) {
        let needed: [String]
        switch phrase.shape {
        case .plain:
            if entry.variants.isEmpty {
                throw TemplateError(file: file, line: 0, problem: "`\(phrase.rawValue)` is missing")
            }
            return
        case .counted: needed = ["1", "other"]
        case .named(let names): needed = names
        }
        for form in needed where entry.forms[form] == nil {
            throw TemplateError(file: file, line: 0, problem: "`\(phrase.rawValue)[\(form)]` is missing")
        }
    }
}
