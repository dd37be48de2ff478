/// Cuts a message into tokens: case and diacritics folded, invisible characters dropped, places in the original kept. One pass over the scalars.
struct Tokenizer {
    private var tokens: [Token] = []
    private var text: [UInt8] = []
    private var kind: Token.Kind = .word
    private var start = 0
    private var end = 0
    private var marks: Token.Marks = []
    private var isCapitalised = false
    private var isGlued = false
    private var isOpen = false
    private var followsGap = true
    /// An apostrophe that is part of the word if a letter follows.
    private var pendingApostrophe: Range<Int>?

    static func words(in message: String) -> Words {
        var bytes = Array(message.utf8.prefix(Words.maximumBytes))
        // Never inside a character.
        if bytes.count == Words.maximumBytes {
            bytes = Array(String(decoding: bytes, as: UTF8.self).utf8.prefix(Words.maximumBytes))
        }
        var tokenizer = Tokenizer()
        tokenizer.read(String(decoding: bytes, as: UTF8.self))
        return Words(tokens: tokenizer.tokens, bytes: bytes)
    }

    private mutating func read(_ message: String) {
        var offset = 0
        for scalar in message.unicodeScalars {
            let range = offset..<offset + UTF8.width(scalar)
            offset = range.upperBound
            read(scalar, range)
        }
        close()
    }

    private mutating func read(_ scalar: Unicode.Scalar, _ range: Range<Int>) {
        switch ScalarClass(scalar) {
        case .plainLetter(let letter, let isUpper):
            openWord(range, isUpper: isUpper)
            text.append(letter)
            end = range.upperBound
        case .letter(let folded, let marks, let isUpper):
            openWord(range, isUpper: isUpper)
            text += folded
            self.marks.formUnion(marks)
            end = range.upperBound
        case .digit(let value):
            flushApostrophe()
            if !isOpen || kind != .number { open(.number, range) }
            text.append(UInt8(ascii: "0") + value)
            end = range.upperBound
        case .apostrophe where isOpen && kind == .word && pendingApostrophe == nil:
            pendingApostrophe = range
        case .apostrophe:
            symbol("'", range)
        case .symbol(let folded):
            symbol(folded, range)
        case .space:
            close()
            followsGap = true
        case .invisible:
            // Inside a word it is as if it were not there; the word's range still spans it.
            break
        }
    }

    private mutating func openWord(_ range: Range<Int>, isUpper: Bool) {
        pendingApostrophe = nil
        if !isOpen || kind != .word { open(.word, range, isCapitalised: isUpper) }
    }

    private mutating func flushApostrophe() {
        guard let range = pendingApostrophe else { return }
        pendingApostrophe = nil
        symbol("'", range)
    }

    private mutating func open(_ kind: Token.Kind, _ range: Range<Int>, isCapitalised: Bool = false) {
        close()
        self.kind = kind
        self.isCapitalised = isCapitalised
        start = range.lowerBound
        isGlued = !followsGap
        isOpen = true
    }

    private mutating func symbol(_ folded: String, _ range: Range<Int>) {
        close()
        if folded == "\n" { followsGap = true }
        tokens.append(Token(kind: .symbol, text: folded, range: range, isGlued: !followsGap))
        followsGap = folded == "\n"
    }

    private mutating func close() {
        if isOpen {
            let folded = String(decoding: kind == .word ? withoutDrawl(text) : text, as: UTF8.self)
            tokens.append(
                Token(
                    kind: kind, text: folded, range: start..<end, marks: marks, isCapitalised: isCapitalised,
                    isGlued: isGlued))
            text.removeAll(keepingCapacity: true)
            marks = []
            isOpen = false
            followsGap = false
        }
        flushApostrophe()
    }

    /// "holaaaa" is "hola": no word of the three languages has a letter three times in a row.
    private func withoutDrawl(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            var next = index + 1
            while next < text.count, text[next] == text[index] { next += 1 }
            let count = text[index] < 0x80 && next - index > 2 ? 1 : next - index
            for _ in 0..<count { result.append(text[index]) }
            index = next
        }
        return result
    }
}
