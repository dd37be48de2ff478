/// Names: after words that introduce one, alone when a name was asked for, or alone between commas beside a stay.
extension EntityGrammar {
    private static let mostWords = 6

    mutating func readNames() {
        if let range = introducedName() ?? answeredName() ?? nameBesideStay() {
            claim(.name, range, .name(spelled(range)))
        }
    }

    // MARK: "My name is", "a nombre de"

    private func introducedName() -> Range<Int>? {
        for index in words.tokens.indices {
            guard isWord(index) else { continue }
            guard let (isCertain, length) = Self.introductions.match(self, at: index) else { continue }
            var start = index + length
            if text(start) == ":" { start += 1 }
            start = afterHonorifics(start)
            // "Soy" may be followed by anything, also where a name was asked for.
            let isAsked = context.expecting == .name && !["soy", "sou"].contains(text(index))
            if let range = name(from: start, isSure: isCertain || isAsked) { return range }
        }
        return nil
    }

    /// The index after "la Sra.", "Mr", "Dr.".
    private func afterHonorifics(_ index: Int) -> Int {
        var next = index
        if ["el", "la", "o", "a", "the"].contains(text(next)), isIn(Self.honorifics, next + 1) { next += 1 }
        while isIn(Self.honorifics, next), next < index + 6 {
            next += 1
            if text(next) == "." { next += 1 }
        }
        return next
    }

    /// Whether the words say that a name follows; "soy" and "I'm" may be followed by anything.
    private static let introductions = PhraseTable<Bool>([
        ("me llamo", true), ("mi nombre es", true), ("mi nombre", true), ("se llama", true), ("a nombre de", true),
        ("al nombre de", true), ("a mi nombre", false), ("nombre es", true), ("nombre :", true), ("le habla", true),
        ("les habla", true), ("te habla", true), ("les escribe", true), ("le escribe", true), ("my name is", true),
        ("my names", true), ("my name s", true), ("name is", true), ("name :", true), ("under the name of", true),
        ("under the name", true), ("in the name of", true), ("under name", true), ("under", false), ("call me", true),
        ("this is", false), ("meu nome e", true), ("o meu nome e", true), ("me chamo", true), ("chamo - me", true),
        ("em nome de", true), ("em nome da", true), ("em nome do", true), ("no nome de", true), ("nome :", true),
        ("nome e", true), ("aqui e o", false), ("aqui e a", false), ("aqui e", false), ("fala o", false),
        ("soy", false), ("im", false), ("i am", false), ("sou o", false), ("sou a", false), ("sou", false),
        ("its", false), ("it is", false), ("es", false),
    ])
    private static let honorifics = Lexicon.set(
        "mr mrs ms miss sr sra srta senor senora dr dra don dona doctor doctora sir madam")
    private static let particles = Lexicon.set(
        "de da do dos das del la las los y e van von der den di du le bin al el san santa mac mc o d")

    /// The name that begins at `start`. Unsure ones must be capitalised, or be all there is when a name was asked for.
    private func name(from start: Int, isSure: Bool) -> Range<Int>? {
        guard isWord(start) else { return nil }
        let isCapitalised = words.tokens[start].isCapitalised
        guard isCapitalised || isSure || context.expecting == .name else { return nil }
        guard isCapitalised || !isCommon(start) else { return nil }
        if !isSure, context.expecting != .name, isCommon(start) { return nil }
        var end = start
        while end < count, end - start < Self.mostWords * 2, let next = nameWord(at: end, isCapitalised: isCapitalised)
        { end = next }
        while end > start, Self.particles.contains(text(end - 1)), !words.tokens[end - 1].isCapitalised { end -= 1 }
        guard end > start, words.original(start..<end).count >= 2, words.original(start..<end).count <= 60 else {
            return nil
        }
        // "soy alérgico", "I'm vegetarian": a small unknown word is a name only when one was asked for.
        if !isSure, !isCapitalised, isWord(end) { return nil }
        return start..<end
    }

    /// The index after the part of a name at `index`; nil when the name has ended.
    private func nameWord(at index: Int, isCapitalised: Bool) -> Int? {
        guard isWord(index) else { return nil }
        let token = words.tokens[index]
        var next = index + 1
        if Self.particles.contains(token.text), !token.isCapitalised {
            // A particle goes on only to another part.
            guard isWord(next) else { return nil }
            if isCapitalised {
                return words.tokens[next].isCapitalised || Self.particles.contains(text(next)) ? next : nil
            }
            return isCommon(next) ? nil : next
        }
        if isCapitalised ? !token.isCapitalised : isCommon(index) { return nil }
        // Initials and double names: "J. R.", "García-López".
        if text(next) == ".", token.text.utf8.count == 1, isWord(next + 1), words.tokens[next + 1].isCapitalised {
            next += 1
        }
        if text(next) == "-", words.tokens[next].isGlued, isWord(next + 1), words.tokens[next + 1].isGlued { next += 1 }
        return next
    }

    private func isCommon(_ index: Int) -> Bool {
        let word = text(index)
        return isOrdinary(word) || Lexicon.known.contains(word)
    }

    // MARK: A name by itself

    /// When a name was asked for: a stretch between punctuation with nothing in it but a name.
    private func answeredName() -> Range<Int>? {
        guard context.expecting == .name else { return nil }
        return segments().first { isName($0, needsCapitals: false) }
    }

    /// "doble del 3 al 5 para dos, Ana Pérez": capitalised, unknown, by itself, and not at the beginning.
    private func nameBesideStay() -> Range<Int>? {
        guard found.contains(where: { [.dates, .email, .party].contains($0.slot) }) else { return nil }
        let segments = segments()
        let hasEmail = found.contains { $0.slot == .email }
        return segments.first {
            $0.lowerBound > 0 && isName($0, needsCapitals: true)
                || hasEmail && $0.count > 1 && isName($0, needsCapitals: true)
        }
    }

    private func isName(_ range: Range<Int>, needsCapitals: Bool) -> Bool {
        let range = min(afterHonorifics(range.lowerBound), range.upperBound)..<range.upperBound
        guard (1...Self.mostWords).contains(range.count(where: isWord)),
            range.allSatisfy({ isWord($0) || text($0) == "-" || text($0) == "." })
        else { return false }
        let parts = range.filter {
            isWord($0) && (!Self.particles.contains(text($0)) || words.tokens[$0].isCapitalised)
        }
        guard let first = parts.first, words.original(range).count >= 2, words.original(range).count <= 60 else {
            return false
        }
        let capitals = parts.filter { words.tokens[$0].isCapitalised }
        if needsCapitals { return capitals.count == parts.count && parts.allSatisfy { !isCommon($0) } }
        if capitals.count == parts.count, parts.count > 1 {
            // "Mark Price" and "Rosa Mar" are names though one word is common.
            return parts.contains { !isCommon($0) }
        }
        return parts.allSatisfy { !isCommon($0) } && text(first).utf8.count >= 2
    }

    /// The stretches of free tokens between punctuation and entities.
    private func segments() -> [Range<Int>] {
        var result: [Range<Int>] = []
        var start = 0
        for index in 0...count {
            if index == count || taken[index] || (isBreak(index) && !isInitial(index)) {
                if index > start { result.append(start..<index) }
                start = index + 1
            }
        }
        return result
    }

    private func isInitial(_ index: Int) -> Bool {
        text(index) == "." && isWord(index - 1) && isWord(index + 1)
            && (words.tokens[index - 1].text.utf8.count == 1 || isIn(Self.honorifics, index - 1))
    }

    /// As it was written; in capitals where the guest wrote it all small.
    private func spelled(_ range: Range<Int>) -> String {
        let range = min(afterHonorifics(range.lowerBound), range.upperBound)..<range.upperBound
        let name = words.original(range)
        guard !range.contains(where: { words.tokens[$0].isCapitalised }) else { return single(name) }
        return single(name).split(separator: " ").map { part in
            Self.particles.contains(String(part)) ? String(part) : part.prefix(1).uppercased() + part.dropFirst()
        }.joined(separator: " ")
    }

    private func single(_ name: String) -> String {
        name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
