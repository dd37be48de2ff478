/// Which of the things shown: by number, by place, by price.
extension EntityGrammar {
    mutating func readChoices() {
        var index = 0
        while index < count {
            if let (choice, end) = choice(at: index) {
                claim(.choice, index..<end, .choice(choice))
                index = end
            } else {
                index += 1
            }
        }
    }

    private var isAsked: Bool { context.expecting == .choice }

    private func choice(at index: Int) -> (Choice, Int)? {
        guard !text(index).isEmpty else { return nil }
        return byPrice(at: index) ?? numbered(at: index) ?? byPlace(at: index) ?? bareNumber(at: index)
    }

    private static let articles = Lexicon.set("la el las los lo o a os as the una un uma um")

    // MARK: The cheaper one

    private func byPrice(at index: Int) -> (Choice, Int)? {
        let hasArticle = isIn(Self.articles, index)
        var start = hasArticle ? index + 1 : index
        if ["opcion", "option", "opcao", "habitacion", "cuarto", "quarto", "room", "de"].contains(text(start)),
            hasArticle
        {
            start += 1
        }
        for (phrases, choice) in [(Self.cheap, Choice.cheapest), (Self.dear, Choice.dearest)] {
            let length = match(anyOf: phrases, at: start)
            guard length > 0 else { continue }
            // "Anything cheaper?" asks; "the cheaper one" chooses.
            let isSuperlative = ["cheapest", "dearest", "least"].contains(text(start)) || text(start) == "lowest"
            let isAll = clause(around: index).allSatisfy {
                (start..<start + length).contains($0) || isIn(Self.fillers, $0)
            }
            let isDefinite = hasArticle && !["una", "un", "uma", "um"].contains(text(index))
            guard isDefinite || isSuperlative || (isAll && isAsked) else { continue }
            var end = start + length
            while ["one", "option", "room", "opcion", "opcao", "de", "all", "todas", "todos", "them", "of"].contains(
                text(end)),
                end < start + length + 3
            {
                end += 1
            }
            return (choice, end)
        }
        return nil
    }

    private static let cheap = PhraseTable(
        "mas barata", "mas barato", "mas economica", "mas economico", "mais barata", "mais barato", "mais economica",
        "mais economico", "mais em conta", "menos cara", "menos caro", "menor precio", "menor preco", "mas baja",
        "cheapest", "cheaper", "least expensive", "less expensive", "lowest price", "lowest priced", "barata", "barato",
        "economica", "economico", "cheap", "barata de todas")
    private static let dear = PhraseTable(
        "mas cara", "mas caro", "mais cara", "mais caro", "mayor precio", "maior preco", "most expensive",
        "more expensive", "dearest", "dearer", "priciest", "pricier", "cara", "caro")
    private static let fillers = Lexicon.set(
        "la el lo o a the one please por favor quiero prefiero i take ill want esa me quedo con ok si yes sim mejor quero fico prefer"
    )

    // MARK: Option 2, number two, #2, la 2

    private func numbered(at index: Int) -> (Choice, Int)? {
        var start = index
        if isIn(Self.articles, start) { start += 1 }
        let hasLabel = isIn(Self.labels, start)
        if hasLabel {
            start += 1
            if ["numero", "number", "no", "n", "#"].contains(text(start)) { start += 1 }
            if [".", "º"].contains(text(start)) { start += 1 }
        }
        guard let (value, end) = number(at: start), (1...99).contains(value), !isUnit(end) else { return nil }
        if hasLabel {
            guard isAsked || text(start - 1) != "no" else { return nil }
            guard text(start - 1) != "numero" && text(start - 1) != "number" || isAsked || value <= 10 else {
                return nil
            }
            return (.ordinal(value), end)
        }
        // "la 2", "el dos" when a choice was asked for
        guard isAsked, start > index, ["la", "el", "o", "a", "the"].contains(text(index)), !isWord(end) || !isNoun(end),
            words.tokens[start].kind == .number || !["una", "uma", "un", "um", "uno", "one"].contains(text(start))
        else { return nil }
        return (.ordinal(value), end)
    }

    private static let labels = Lexicon.set("opcion option opcao numero number # nro num")

    private func isNoun(_ index: Int) -> Bool {
        !["por", "please", "y", "and", "e", "esta", "is", "si", "porfa", "xfa", "pf", "pls", "then", "entonces"]
            .contains(text(index))
    }

    // MARK: The second one, the last one

    private func byPlace(at index: Int) -> (Choice, Int)? {
        let hasArticle = isIn(Self.articles, index)
        let start = hasArticle ? index + 1 : index
        let last = ["ultima", "ultimo", "last"].contains(text(start))
        var value = 0
        var end = start + 1
        if !last {
            guard let (number, next) = ordinal(at: start), (1...20).contains(number) else { return nil }
            (value, end) = (number, next)
        }
        let noun = text(end)
        let isThing = Self.things.contains(noun)
        if isWord(end), !isThing, isIn(Lexicon.orderedThings, end) || (hasArticle && isNoun(end) && !isAsked) {
            return nil
        }
        if isWord(end), !isThing, isNoun(end), !Self.afterChoice.contains(noun) { return nil }
        // "cuarto" and "quarto" are rooms, "segunda" a Monday; alone they count only when a choice was asked for.
        let word = text(start)
        let isAmbiguous =
            ["cuarto", "quarto"].contains(word) || (language == .portuguese && Lexicon.ordinalWeekdays.contains(word))
        guard !isAmbiguous || isAsked || isThing, hasArticle || isThing || isAsked else { return nil }
        guard !["cuarto", "quarto"].contains(word) || isWholeClause(index..<end) else { return nil }
        if !hasArticle, !isThing, !isWholeClause(index..<end) { return nil }
        if isThing { end += 1 }
        return (last ? .last : .ordinal(value), end)
    }

    private static let things = Lexicon.set("one option opcion opcao option opciones habitacion room de")
    private static let afterChoice = Lexicon.set(
        "que q me la esta mejor esa es is looks parece por with con sin para for")

    /// "2" when a choice was asked for.
    private func bareNumber(at index: Int) -> (Choice, Int)? {
        guard isAsked, let (value, end) = number(at: index), (1...99).contains(value), isWholeClause(index..<end),
            !isUnit(end)
        else { return nil }
        return (.ordinal(value), end)
    }
}
