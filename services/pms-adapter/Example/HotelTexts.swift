import Contracts

/// A hotel's texts in every language, from files for people to edit: a line is `key: text`, `#` begins a comment line. Each file has the same
/// keys.
struct HotelTexts {
    private let texts: [String: Translations]

    /// `name` is for messages of errors.
    init(_ files: [(language: Language, name: String, text: String)]) throws(HotelFileError) {
        var texts: [String: Translations] = [:]
        for file in files {
            for (key, text) in try Self.read(file.text, named: file.name) {
                texts[key, default: [:]][file.language.rawValue] = text
            }
        }
        for file in files {
            let missing = texts.filter { $0.value[file.language.rawValue] == nil }.keys
            if let key = missing.min() {
                throw HotelFileError(file: file.name, line: 0, problem: "`\(key)` is missing; another language has it")
            }
        }
        self.texts = texts
    }

    func translations(_ key: String) throws(HotelFileError) -> Translations {
        guard let translations = texts[key] else {
            throw HotelFileError(file: "texts", line: 0, problem: "`\(key)` is missing")
        }
        return translations
    }

    /// All whose key begins with `prefix`, by the rest of the key.
    func translations(withPrefix prefix: String) -> [String: Translations] {
        var found: [String: Translations] = [:]
        for (key, translations) in texts where key.hasPrefix(prefix) {
            found[String(key.dropFirst(prefix.count))] = translations
        }
        return found
    }

    private static func read(_ file: String, named name: String) throws(HotelFileError) -> [String: String] {
        var texts: [String: String] = [:]
        var number = 0
        for line in file.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            if line.first == "#" || line.allSatisfy(\.isWhitespace) { continue }
            guard let colon = line.firstIndex(of: ":") else {
                throw HotelFileError(file: name, line: number, problem: "a line is `key: text`; this one has no colon")
            }
            let key = String(line[..<colon])
            let text = line[line.index(after: colon)...].drop { $0.isWhitespace }
            guard !text.isEmpty else {
                throw HotelFileError(file: name, line: number, problem: "`\(key)` has no text")
            }
            guard texts.updateValue(String(text), forKey: key) == nil else {
                throw HotelFileError(file: name, line: number, problem: "`\(key)` stands twice")
            }
        }
        return texts
    }
}

/// What is wrong with a file of a hotel, and where.
struct HotelFileError: Error, CustomStringConvertible, Equatable {
    var file: String
    /// From 1; 0 when the fault is of the file as a whole.
    var line: Int
    var problem: String

    var description: String { "\(file):\(line): \(problem)" }
}
