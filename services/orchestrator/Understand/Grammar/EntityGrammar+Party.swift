/// Who comes: "somos 3", "2 adultos y 2 niños de 4 y 7 años", "just me", "com meu marido e duas crianças".
extension EntityGrammar {
    /// A larger party is read as this many: it is refused anyway.
    private static let mostPeople = 999

    mutating func readParty() {
        var tally = PartyTally()
        if context.expecting == .childrenAges, let (ages, ranges) = answeredAges() {
            tally.ages = ages
            tally.ranges = ranges
        } else {
            var index = 0
            while index < count {
                index = taken[index] ? index + 1 : read(at: index, into: &tally)
            }
            if tally.ranges.isEmpty { readBareNumber(into: &tally) }
        }
        let ranges = joined(tally.ranges)
        guard let entity = tally.entity, let first = ranges.first else { return }
        claim(.party, first, entity)
        for range in ranges.dropFirst() { claim(.party, range, nil) }
    }

    /// "2 adultos y 2 niños" is one stretch.
    private func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for range in ranges {
            if let last = result.last, range.lowerBound - last.upperBound <= 2, range.lowerBound >= last.upperBound,
                (last.upperBound..<range.lowerBound).allSatisfy({ isIn(Self.joints, $0) })
            {
                result[result.count - 1] = last.lowerBound..<range.upperBound
            } else {
                result.append(range)
            }
        }
        return result
    }

    private static let joints = Lexicon.set("y e and & + con com with , mas mais plus (")

    /// Reads what stands at `index` and gives the index to go on from.
    private func read(at index: Int, into tally: inout PartyTally) -> Int {
        if let end = children(at: index, into: &tally) ?? partner(at: index, into: &tally) ?? alone(
            at: index, into: &tally)
            ?? people(at: index, into: &tally)
        {
            tally.ranges.append(index..<end)
            return end
        }
        return index + 1
    }

    // MARK: Adults

    private func people(at index: Int, into tally: inout PartyTally) -> Int? {
        let group = match(anyOf: Self.groups, at: index)
        if group > 0, let (amount, end) = number(at: index + group) {
            tally.people = min(amount, Self.mostPeople)
            tally.peopleIncludeChildren = true
            return isIn(Lexicon.people, end) ? end + 1 : end
        }
        let are = weAre(at: index)
        if are > 0 {
            var next = index + are
            while next < index + are + 3,
                ["en", "em", "in", "total", "no", "solo", "just", "only", "the", "so"].contains(text(next))
            {
                next += 1
            }
            if let (amount, end) = number(at: next), !isUnit(end) || isPeople(end) {
                return count(amount, endingAt: end, includesChildren: true, into: &tally)
            }
        }
        if let (amount, end) = number(at: index), isPeople(end) {
            return count(amount, endingAt: end, includesChildren: false, into: &tally)
        }
        if isIn(Lexicon.couples, index), !["mi", "my", "su", "meu", "minha", "tu"].contains(text(index - 1)) {
            tally.adults = 2
            return index + 1
        }
        if isIn(Lexicon.forWords, index), let (amount, end) = number(at: index + 1), isEndOfCount(end) {
            let isArticle = words.tokens[index + 1].kind == .word && amount == 1
            guard !isArticle || !isWord(end) || isTaken(end) else { return nil }
            tally.people = min(amount, Self.mostPeople)
            if text(end) == "+", let (kids, after) = number(at: end + 1) {
                tally.childrenWithoutAge += min(kids, 20)
                return after
            }
            return end
        }
        return nil
    }

    private static let groups = PhraseTable(
        "familia de", "family of", "grupo de", "group of", "party of", "familia com")

    /// "2 personas", "two of us", "4 in total"
    private func isPeople(_ index: Int) -> Bool {
        isIn(Lexicon.people, index) || match(anyOf: Self.ofUs, at: index) > 0
    }

    private static let ofUs = PhraseTable(
        "of us", "de nosotros", "de nos", "en total", "em total", "in total")

    private func count(_ amount: Int, endingAt end: Int, includesChildren: Bool, into tally: inout PartyTally) -> Int {
        let amount = min(amount, Self.mostPeople)
        if isIn(Lexicon.adultWords, end) {
            tally.adults = (tally.ranges.isEmpty ? 0 : tally.adults ?? 0) + amount
            return end + 1
        }
        tally.people = amount
        tally.peopleIncludeChildren = includesChildren
        let us = match(anyOf: Self.ofUs, at: end)
        return us > 0 ? end + us : isIn(Lexicon.people, end) ? end + 1 : end
    }

    private func weAre(at index: Int) -> Int {
        if isIn(Lexicon.weAre, index) { return 1 }
        return match(anyOf: Self.weArePhrases, at: index)
    }

    private static let weArePhrases = PhraseTable(
        "we are", "were", "we will be", "well be", "there are", "there will be", "we would be", "seria para",
        "sería para", "its for", "it is for")

    private func isTaken(_ index: Int) -> Bool { words.tokens.indices.contains(index) && taken[index] }

    /// After "for two" only what goes on with the stay, or nothing.
    private func isEndOfCount(_ index: Int) -> Bool {
        guard isWord(index) else { return !isUnit(index) && text(index) != "/" && text(index) != ":" }
        return Self.afterCount.contains(text(index))
    }

    private static let afterCount = Lexicon.set(
        """
        y and e con with com del desde from de el em in on por please para for hasta until ate at a al this este esta next \
        gracias thanks obrigado porfa xfa pls en no na hay tienen is are you tem do to mais mas plus pf
        """)

    private func alone(at index: Int, into tally: inout PartyTally) -> Int? {
        let length = match(anyOf: Self.alonePhrases, at: index)
        if length > 0 {
            let end = index + length
            let opensPhrase = ["mi", "mim", "me"].contains(text(end - 1))
            // "para mi familia" is more than one.
            if opensPhrase, isWord(end), !Self.afterCount.contains(text(end)), !isIn(Lexicon.alone, end) { return nil }
            tally.adults = tally.adults ?? 1
            return isIn(Lexicon.alone, end) ? end + 1 : end
        }
        if context.expecting == .party, isWholeClause(index..<index + 1),
            isIn(Lexicon.alone, index) || ["yo", "me", "eu"].contains(text(index))
        {
            tally.adults = 1
            return index + 1
        }
        return nil
    }

    private static let alonePhrases = PhraseTable(
        "just me", "only me", "just for me", "only for me", "solo yo", "yo solo", "yo sola", "solo para mi", "para mi",
        "viajo solo", "viajo sola", "voy solo", "voy sola", "ire solo", "ire sola", "so eu", "apenas eu", "somente eu",
        "so para mim", "para mim", "pra mim", "sozinho", "sozinha", "by myself", "on my own", "travelling alone",
        "traveling alone", "solo traveller", "solo traveler", "for myself", "for me", "nomas yo", "nada mas yo",
        "soy yo solo", "vou sozinho", "vou sozinha", "por mi cuenta")

    private static let andMe = PhraseTable("y yo", "and i", "and me", "and myself", "e eu")

    /// "con mi marido", "my wife and I", "eu e minha esposa"
    private func partner(at index: Int, into tally: inout PartyTally) -> Int? {
        guard isIn(Lexicon.possessives, index), isIn(Lexicon.partners, index + 1) else { return nil }
        let before = text(index - 1)
        let isWith =
            ["con", "with", "com", "y", "and", "e"].contains(before)
            || match(anyOf: Self.andMe, at: index + 2) > 0
        guard isWith else { return nil }
        tally.adults = max(2, tally.adults ?? 0)
        let after = match(anyOf: Self.andMe, at: index + 2)
        return index + 2 + after
    }

    // MARK: Answers

    /// When ages were asked for, the numbers are ages: "5 e 8 anos", "tiene 6", "one is 4 and the other 7".
    private func answeredAges() -> (ages: [Int], ranges: [Range<Int>])? {
        var ages: [Int] = []
        var ranges: [Range<Int>] = []
        let hasDigits = words.tokens.indices.contains { words.tokens[$0].kind == .number && !taken[$0] }
        var index = 0
        while index < count, ages.count < 20 {
            guard let (age, end) = number(at: index) else {
                index += 1
                continue
            }
            let isDigits = words.tokens[index].kind == .number
            let isUnitNext = isIn(Lexicon.ageUnits, end)
            let isCount =
                isPeople(end) || isIn(Lexicon.children, end)
                || (["los", "las", "os", "as", "the"].contains(text(index - 1)) && !isUnitNext)
                || (!isDigits && !isUnitNext && (hasDigits || age == 1))
            if !isCount, age < 200 {
                let isMonths = isIn(Lexicon.monthUnits, end)
                ages.append(isMonths ? age / 12 : age)
                ranges.append(index..<(isUnitNext ? end + 1 : end))
            }
            index = end
        }
        guard !ages.isEmpty, ages.allSatisfy({ $0 < 18 }) else { return nil }
        let areTwins = words.tokens.indices.contains { isIn(Self.twins, $0) }
        if ages.count == 1, areTwins { ages.append(ages[0]) }
        return (ages, ranges)
    }

    private static let twins = Lexicon.set("gemelos gemelas mellizos mellizas twins gemeos gemeas ambos ambas both")

    /// "2" when the people were asked for, or beside days: "del 3 al 5, dos".
    private func readBareNumber(into tally: inout PartyTally) {
        let hasStay = found.contains { $0.slot == .dates }
        guard
            context.expecting == .party || (hasStay && ![.choice, .nights, .childrenAges].contains(context.expecting))
        else {
            return
        }
        for index in words.tokens.indices {
            guard let (amount, end) = number(at: index), !isUnit(end) else { continue }
            var last = end
            var kids = 0
            if ["+", "y", "e", "and", "mas", "mais"].contains(text(end)), context.expecting == .party,
                let (children, after) = number(at: end + 1), children <= 20
            {
                (kids, last) = (children, after)
            }
            guard isWholeClause(index..<last) else { continue }
            tally.people = min(amount, Self.mostPeople)
            tally.childrenWithoutAge = kids
            tally.ranges = [index..<last]
            return
        }
    }
}
