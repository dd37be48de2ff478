/// A piece of a message as the grammars and the classifier read it, with its place in the original.
struct Token: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// Letters; an apostrophe inside is dropped ("don't" is `dont`).
        case word
        /// Decimal digits of any script, as ASCII.
        case number
        /// Any other visible character by itself; a line end is `\n`.
        case symbol
        /// Stands for an entity: `{dates}`. Only phrase files and found entities make these.
        case placeholder
    }

    /// What tells languages apart before accents are folded away.
    struct Marks: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        /// ñ
        static let enye = Marks(rawValue: 1)
        /// ã or õ
        static let nasal = Marks(rawValue: 2)
        /// ç
        static let cedilla = Marks(rawValue: 4)
        /// á é í ó ú
        static let acute = Marks(rawValue: 8)
        /// â ê ô à
        static let circumflexOrGrave = Marks(rawValue: 16)
    }

    var kind: Kind
    /// Lower case, without diacritics, letters said three times or more said once.
    var text: String {
        didSet { hash = WordHash.of(text.utf8) }
    }
    /// Of `text`, for the tables of words.
    private(set) var hash: UInt64
    /// Byte offsets in the UTF-8 of the original message.
    var range: Range<Int>
    var marks: Marks = []
    /// Begins with an upper-case letter.
    var isCapitalised = false
    /// Nothing, not even a space, stands between the token before and this one.
    var isGlued = false

    init(
        kind: Kind, text: String, range: Range<Int>, marks: Marks = [], isCapitalised: Bool = false,
        isGlued: Bool = false
    ) {
        self.kind = kind
        self.text = text
        self.range = range
        self.marks = marks
        self.isCapitalised = isCapitalised
        self.isGlued = isGlued
        hash = WordHash.of(text.utf8)
    }

    /// The value of a number of up to nine digits.
    var value: Int? {
        kind == .number && text.utf8.count <= 9 ? Int(text) : nil
    }
}

/// A message cut into tokens.
struct Words: Sendable {
    /// Characters beyond these are not read: what a guest wants stands long before.
    static let maximumBytes = 80_000

    var tokens: [Token]
    /// The UTF-8 of the original.
    let bytes: [UInt8]

    var count: Int { tokens.count }

    /// The original words from the first to the last token of `range`, control characters as spaces: a NUL can't be stored.
    func original(_ range: Range<Int>) -> String {
        guard let first = tokens[range].first, let last = tokens[range].last else { return "" }
        let bytes = bytes[first.range.lowerBound..<last.range.upperBound].map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `{dates}` as one placeholder.
    func withSlots() -> Words {
        guard tokens.contains(where: { $0.text == "{" }) else { return self }
        var result = Words(tokens: [], bytes: bytes)
        var index = 0
        while index < tokens.count {
            var token = tokens[index]
            if token.text == "{", index + 2 < tokens.count, tokens[index + 2].text == "}" {
                token.kind = .placeholder
                token.text = "{\(tokens[index + 1].text)}"
                token.range = token.range.lowerBound..<tokens[index + 2].range.upperBound
                index += 2
            }
            result.tokens.append(token)
            index += 1
        }
        return result
    }
}
