/// Children and their ages: "2 niños de 4 y 7 años", "a 6-year-old", "um bebê de 8 meses".
extension EntityGrammar {
    // MARK: Children

    func children(at index: Int, into tally: inout PartyTally) -> Int? {
        if let end = yearOld(at: index, into: &tally) { return end }
        var next = index
        var amount: Int?
        if let number = number(at: next) {
            (amount, next) = number
        } else if [
            "a", "an", "mi", "mis", "my", "meu", "minha", "meus", "minhas", "our", "nuestro", "nuestra", "nuestros",
            "nuestras", "nosso", "nossa", "nossos",
        ].contains(text(next)) {
            next += 1
        } else {
            return nil
        }
        if ["small", "little", "young", "pequenos", "pequeno", "pequenas"].contains(text(next)) { next += 1 }
        guard isIn(Lexicon.children, next) else { return nil }
        if isIn(Lexicon.partners, next) { return nil }
        let noun = text(next)
        next += 1
        if ["pequenos", "pequeno", "pequenas", "pequena", "chicos"].contains(text(next)) { next += 1 }
        let listed = ages(at: next, most: amount ?? 8)
        if amount == nil { amount = noun.hasSuffix("s") || noun == "children" ? listed?.ages.count : 1 }
        guard let amount else { return nil }
        let named = min(amount, 20)
        let ages = Array((listed?.ages ?? []).prefix(named))
        tally.ages += ages
        tally.childrenWithoutAge += named - ages.count
        // "somos 4, 2 niños" counts them among the four; "somos 2 y un niño" does not.
        if tally.peopleIncludeChildren,
            ["y", "and", "e", "con", "with", "com", "mas", "mais", "plus", "+", "&"].contains(text(index - 1))
        {
            tally.peopleIncludeChildren = isIncluded(index)
        } else if let before = tally.ranges.last, isIncluding(before.upperBound..<index) {
            tally.peopleIncludeChildren = true
        }
        return listed?.end ?? next
    }

    /// "somos 4 en total, con 2 niños"
    func isIncluded(_ index: Int) -> Bool {
        (max(0, index - 3)..<index).contains { text($0) == "total" }
    }

    func isIncluding(_ range: Range<Int>) -> Bool {
        range.count <= 6
            && range.contains {
                [
                    "(", "incluyendo", "incluidos", "incluido", "including", "incluindo", "ellos", "cuales", "them",
                    "which",
                ].contains(text($0))
            }
    }

    /// "a 6-year-old", "two 4 year olds"
    func yearOld(at index: Int, into tally: inout PartyTally) -> Int? {
        guard let (age, afterAge) = number(at: index), age < 18 else { return nil }
        var next = afterAge
        if text(next) == "-" { next += 1 }
        guard ["year", "yr", "month"].contains(text(next)) else { return nil }
        let isMonths = text(next) == "month"
        next += 1
        if text(next) == "-" { next += 1 }
        guard ["old", "olds"].contains(text(next)) else { return nil }
        next += 1
        if isIn(Lexicon.children, next) { next += 1 }
        tally.ages.append(isMonths ? age / 12 : age)
        return next
    }

    /// The ages after children: "de 4 y 7 años", "(4, 7)", "aged 4 and 7", ", 4 y 7 años", "de 8 meses".
    func ages(at index: Int, most: Int) -> (ages: [Int], end: Int)? {
        var next = index
        var isIntroduced = false
        while next < index + 4, isIn(Self.ageIntroductions, next) {
            isIntroduced = isIntroduced || text(next) != ","
            next += 1
        }
        var ages: [Int] = []
        var end = next
        while ages.count < min(most, 20), let (age, after) = number(at: next), age < 200 {
            let isMonths = isIn(Lexicon.monthUnits, after)
            ages.append(isMonths ? age / 12 : age)
            var units = after
            while units < after + 3,
                isIn(Lexicon.ageUnits, units) || text(units) == "-" && isIn(Lexicon.ageUnits, units + 1)
            {
                units += 1
            }
            if units > after { isIntroduced = true }
            end = units
            next = units
            if text(next) == "," { next += 1 }
            if ["y", "and", "e", "&", "/", "otro", "outro"].contains(text(next)) { next += 1 }
            if next == units { break }
        }
        guard !ages.isEmpty, isIntroduced, ages.allSatisfy({ $0 < 18 }) else { return nil }
        if text(end) == ")" { end += 1 }
        return (ages, end)
    }

    private static let ageIntroductions = Lexicon.set(
        "de con com of aged age ages with tiene tienen tem edad edades idade idades ( , : que who is are has")
}
