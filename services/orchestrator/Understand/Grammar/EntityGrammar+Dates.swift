import Contracts

/// Days as people write them: "el viernes 4 de diciembre", "Dec 3rd", "03/12/2026", "pasado mañana", "amanhã", "next Friday".
extension EntityGrammar {
    /// A day at `index`. A bare number is one only where `allowsBare` says so (inside a range, or when dates were asked for).
    func date(at index: Int, allowsBare: Bool = false) -> DateExpression? {
        var core = index
        var hasDayWord = false
        while core < index + 3, isIn(Lexicon.dateArticles, core) {
            hasDayWord = hasDayWord || ["el", "dia", "dias", "los", "day"].contains(text(core))
            core += 1
        }
        if let relative = relativeDay(at: index) ?? relativeDay(at: core) { return relative.starting(at: index) }
        if let weekday = weekday(at: core, hasArticle: core > index) { return weekday.starting(at: index) }
        if let weekend = weekend(at: core) ?? weekend(at: index) { return weekend.starting(at: index) }
        if let written = calendarDay(at: core) { return written.starting(at: index) }
        return bareDay(at: core, hasDayWord: hasDayWord, allowsBare: allowsBare).map { $0.starting(at: index) }
    }

    // MARK: Today, tomorrow, in three days

    private func relativeDay(at index: Int) -> DateExpression? {
        func expression(_ days: Int, _ length: Int) -> DateExpression {
            let range = index..<index + length
            return DateExpression(form: .day(context.today.adding(days: days)), range: range, core: range)
        }
        let tonight = match(anyOf: Self.tonights, at: index)
        if tonight > 0 {
            let range = index..<index + tonight
            return DateExpression(form: .night(nightThatBegan), range: range, core: range)
        }
        let afterTomorrow = match(anyOf: Self.daysAfterTomorrow, at: index)
        if afterTomorrow > 0 { return expression(2, afterTomorrow) }
        switch text(index) {
        case "hoy", "today", "hoje": return expression(0, isMorning(index + 1) ? 1 + morningLength(index + 1) : 1)
        case "tomorrow", "tmrw", "tomorow", "tmr", "amanha": return expression(1, 1)
        case "manana":
            // "Mañana" is also the morning.
            let before = text(index - 1)
            if ["la", "esta", "una", "cada"].contains(before) { return nil }
            return expression(1, 1 + morningLength(index + 1))
        case "en", "dentro", "in", "em", "daqui":
            return daysAhead(at: index)
        default: return nil
        }
    }

    private func isMorning(_ index: Int) -> Bool { morningLength(index) > 0 }

    private func morningLength(_ index: Int) -> Int {
        match(anyOf: Self.mornings, at: index)
    }

    private static let mornings = PhraseTable("por la manana", "a la manana", "en la manana", "de manha")
    private static let tonights = PhraseTable(
        "esta noche", "esta misma noche", "hoy en la noche", "hoy por la noche", "hoy a la noche", "tonight", "tonite",
        "2nite", "this evening", "esta noite", "hoje a noite", "hoje de noite", "essa noite", "a noite de hoje",
        "la noche de hoy", "hoy noche")
    private static let daysAfterTomorrow = PhraseTable(
        "pasado manana", "day after tomorrow", "depois de amanha", "the day after tomorrow")

    /// After midnight and before four, "tonight" still means the night that began.
    private var nightThatBegan: LocalDate {
        context.minuteOfDay < 4 * 60 ? context.today.adding(days: -1) : context.today
    }

    /// "en 3 días", "dentro de dos semanas", "in a week", "daqui a 3 dias"
    private func daysAhead(at index: Int) -> DateExpression? {
        var next = index + 1
        if ["de", "a"].contains(text(next)), ["dentro", "daqui"].contains(text(index)) { next += 1 }
        let amount: Int
        if let number = number(at: next) {
            (amount, next) = number
        } else if ["a", "an"].contains(text(next)) {
            (amount, next) = (1, next + 1)
        } else {
            return nil
        }
        guard amount <= 365 else { return nil }
        let days: Int
        if isIn(Lexicon.dayWords, next) {
            days = amount
        } else if isIn(Lexicon.weekWords, next) {
            days = amount * 7
        } else {
            return nil
        }
        let range = index..<next + 1
        return DateExpression(form: .day(context.today.adding(days: days)), range: range, core: range)
    }

    // MARK: Weekdays

    private func weekday(at index: Int, hasArticle: Bool) -> DateExpression? {
        var start = index
        var isNext = false
        var isThis = false
        if isIn(Lexicon.nextBefore, start) {
            isNext = true
            start += 1
        } else if isIn(Lexicon.thisBefore, start) {
            isThis = true
            start += 1
            if isIn(Lexicon.nextBefore, start) { start += 1 }
        }
        guard let (weekday, afterName) = weekdayName(at: start, isIntroduced: isNext || isThis || hasArticle)
        else { return nil }
        var end = afterName
        // The date beside it says more than its name.
        let beside = text(end) == "," ? end + 1 : end
        let besideCore = isIn(Lexicon.dateArticles, beside) ? beside + 1 : beside
        if let written = calendarDay(at: besideCore) ?? bareDay(at: besideCore, hasDayWord: true, allowsBare: false),
            beside == end || written.hasMonth
        {
            return written.starting(at: index)
        }
        let comes = match(anyOf: Self.thatComes, at: end)
        let nextWeek = match(anyOf: Self.ofNextWeek, at: end)
        if nextWeek > 0 {
            end += nextWeek
        } else if comes > 0 {
            end += comes
            isNext = true
        }
        let isEnglish = text(index) == "next"
        let which: DateExpression.Which =
            nextWeek > 0 || (isNext && isEnglish) ? .ofNextWeek : isThis ? .this : .nearest
        return DateExpression(form: .weekday(weekday, which: which), range: index..<end, core: start..<end)
    }

    private static let thatComes = PhraseTable(
        "que viene", "q viene", "que vem", "proximo", "proxima", "q vem", "entrante")
    private static let ofNextWeek = PhraseTable(
        "de la semana que viene", "de la proxima semana", "of next week", "next week", "da semana que vem",
        "da proxima semana", "de la otra semana")

    /// A weekday's name and the index after it. Portuguese "segunda" is Monday only where it can't be the second.
    private func weekdayName(at index: Int, isIntroduced: Bool) -> (weekday: Int, next: Int)? {
        guard isWord(index) else { return nil }
        let name = text(index)
        if let weekday = Lexicon.weekdays[name] {
            if Lexicon.ordinalWeekdays.contains(name) {
                let hyphen = text(index + 1) == "-" ? index + 2 : index + 1
                if text(hyphen) == "feira" { return (weekday, hyphen + 1) }
                guard language == .portuguese, context.expecting != .choice else { return nil }
                let before = text(index - 1)
                let isDay =
                    ["de", "ate", "desde", "na", "da", "proxima", "nesta", "desta", "esta", "essa"].contains(before)
                    || match(anyOf: Self.thatComes, at: index + 1) > 0
                    || ((before == "a" || before.isEmpty) && [.dates, .nights].contains(context.expecting))
                    || ["a", "ate"].contains(before) && isPartOfRange(index)
                guard isDay else { return nil }
            }
            return (weekday, index + 1)
        }
        if let weekday = Lexicon.shortWeekdays[name],
            isIntroduced || isIn(Lexicon.openers, index - 1) || isIn(Lexicon.connectors, index - 1)
                || text(index - 1) == "on"
                || isIn(Lexicon.connectors, index + 1)
                    && (Lexicon.shortWeekdays[text(index + 2)] != nil || Lexicon.weekdays[text(index + 2)] != nil)
        {
            return (weekday, text(index + 1) == "." ? index + 2 : index + 1)
        }
        return nil
    }

    /// "de sexta a segunda": the last but one word is a weekday as well.
    private func isPartOfRange(_ index: Int) -> Bool {
        Lexicon.weekdays[text(index - 2)] != nil || text(index - 2) == "feira"
    }

    private func weekend(at index: Int) -> DateExpression? {
        var start = index
        var isNext = false
        if isIn(Lexicon.nextBefore, start) {
            isNext = true
            start += 1
        } else if isIn(Lexicon.thisBefore, start) {
            start += 1
            if isIn(Lexicon.nextBefore, start) {
                isNext = true
                start += 1
            }
        } else if !["finde", "weekend", "el", "the", "fim", "fin", "o", "no"].contains(text(start)) {
            return nil
        }
        var end = start
        if isIn(Lexicon.weekends, start) {
            end = start + 1
        } else if matches(["fin", "de", "semana"], at: start) || matches(["fim", "de", "semana"], at: start) {
            end = start + 3
        } else {
            return nil
        }
        let comes = match(anyOf: Self.thatComes, at: end)
        let (friday, sunday) = weekendDays(isNext: isNext && text(index) == "next")
        return DateExpression(form: .stay(friday, sunday), range: index..<end + comes, core: start..<end + comes)
    }

    /// Friday to Sunday; on a Saturday what is left of it. English "next weekend" is the one after this week's.
    private func weekendDays(isNext: Bool) -> (LocalDate, LocalDate) {
        let today = context.today
        if isNext {
            let friday = today.adding(days: 8 - today.weekday + 4)
            return (friday, friday.adding(days: 2))
        }
        switch today.weekday {
        case 6: return (today, today.adding(days: 1))
        case 7: return (today.adding(days: 5), today.adding(days: 7))
        default: return (today.adding(days: 5 - today.weekday), today.adding(days: 7 - today.weekday))
        }
    }

    // MARK: A number that is a day

    private func bareDay(at index: Int, hasDayWord: Bool, allowsBare: Bool) -> DateExpression? {
        if let (day, next) = ordinal(at: index), (1...31).contains(day), words.tokens[index].kind == .number {
            let suffix = text(next - 1)
            let isPlain = Lexicon.englishOrdinalSuffixes.contains(suffix) && !isOrdinalOfThings(next)
            guard allowsBare || (isPlain && context.expecting != .choice) else { return nil }
            let range = index..<next
            return DateExpression(form: .calendar(day: day, month: nil, year: nil), range: range, core: range)
        }
        guard let (day, next) = number(at: index) ?? (allowsBare ? ordinal(at: index) : nil),
            (1...31).contains(day),
            !isUnit(next), allowsBare || (hasDayWord && context.expecting != .choice),
            !(words.tokens[index].kind == .word && ["un", "una", "uma", "um", "one", "uno"].contains(text(index)))
        else { return nil }
        let range = index..<next
        return DateExpression(
            form: .calendar(day: day, month: nil, year: nil), range: range, core: range, isBare: !hasDayWord)
    }

    /// "the 3rd floor", "2nd option"
    private func isOrdinalOfThings(_ index: Int) -> Bool {
        isIn(Lexicon.orderedThings, index)
    }

    /// What makes the number before it a count, a time or a price.
    func isUnit(_ index: Int) -> Bool {
        isIn(Lexicon.units, index)
    }
}

extension DateExpression {
    func starting(at index: Int) -> DateExpression {
        var result = self
        result.range = min(index, range.lowerBound)..<range.upperBound
        return result
    }

    var hasMonth: Bool {
        if case .calendar(_, .some, _) = form { true } else { false }
    }
}
