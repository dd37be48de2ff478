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

    // MARK: Calendar days

    private func calendarDay(at index: Int) -> DateExpression? {
        numericDay(at: index) ?? dayThenMonth(at: index) ?? monthThenDay(at: index) ?? holiday(at: index)
    }

    /// 2026-12-03, 3/12/2026, 03-12-26, 3.12.2026, 3/12. The day comes first (as in Europe and Latin America), unless it can't.
    private func numericDay(at index: Int) -> DateExpression? {
        guard let first = digits(index), isGluedSymbol(index + 1), let second = digits(index + 2, isGlued: true)
        else { return nil }
        let separator = text(index + 1)
        guard ["/", "-", "."].contains(separator) else { return nil }
        let third = text(index + 3) == separator && isGluedSymbol(index + 3) ? digits(index + 4, isGlued: true) : nil
        if let third, first.length == 4 {
            guard third.length <= 2, second.length <= 2 else { return nil }
            return calendar(day: third.value, month: second.value, year: first.value, index..<index + 5)
        }
        guard first.length <= 2, second.length <= 2 else { return nil }
        if let third {
            guard third.length == 4 || third.length == 2 else { return nil }
            let year = third.length == 2 ? 2000 + third.value : third.value
            return european(first.value, second.value, year: year, index..<index + 5)
        }
        // "3-5 dic" and "3-5/12" are ranges, "3.5" is a number.
        if isGluedSymbol(index + 3), ["/", "-", ".", ":"].contains(text(index + 3)),
            digits(index + 4, isGlued: true) != nil,
            separator != "/"
        {
            return nil
        }
        guard separator == "/" || (first.length == 2 && second.length == 2 && Lexicon.months[text(index + 3)] == nil)
        else { return nil }
        if separator == "-", second.value > 12 || text(index + 3) == "de" { return nil }
        if first.value == 24, second.value == 7, context.expecting != .dates { return nil }
        return european(first.value, second.value, year: nil, index..<index + 3)
    }

    private func european(_ first: Int, _ second: Int, year: Int?, _ range: Range<Int>) -> DateExpression {
        second > 12 && first <= 12
            ? calendar(day: second, month: first, year: year, range)
            : calendar(day: first, month: second, year: year, range)
    }

    private func calendar(day: Int, month: Int, year: Int?, _ range: Range<Int>) -> DateExpression {
        DateExpression(form: .calendar(day: day, month: month, year: year), range: range, core: range)
    }

    private func digits(_ index: Int, isGlued: Bool = false) -> (value: Int, length: Int)? {
        guard words.tokens.indices.contains(index), !taken[index], let value = words.tokens[index].value,
            !isGlued || words.tokens[index].isGlued
        else { return nil }
        return (value, words.tokens[index].text.utf8.count)
    }

    private func isGluedSymbol(_ index: Int) -> Bool {
        words.tokens.indices.contains(index) && words.tokens[index].kind == .symbol && words.tokens[index].isGlued
            && !taken[index]
    }

    /// "3 de diciembre de 2026", "3rd of December", "3dic", "primero de mayo", "3 del mes que viene"
    private func dayThenMonth(at index: Int) -> DateExpression? {
        guard let (day, afterDay) = ordinal(at: index) ?? number(at: index), day <= 99 else { return nil }
        var next = afterDay
        while next < afterDay + 2, ["de", "of", "del", ".", "-", "/"].contains(text(next)) { next += 1 }
        if let month = Lexicon.months[text(next)] {
            // "dos mar" and "seis sept" are no days unless written as such.
            guard words.tokens[index].kind == .number || next > afterDay || text(next).count > 3 else { return nil }
            let end = text(next + 1) == "." && text(next).count <= 4 && isGluedSymbol(next + 1) ? next + 2 : next + 1
            let (year, afterYear) = year(at: end)
            return DateExpression(
                form: .calendar(day: day, month: month, year: year), range: index..<afterYear, core: index..<afterYear)
        }
        let this = match(anyOf: Self.thisMonth, at: afterDay)
        let coming = match(anyOf: Self.nextMonth, at: afterDay)
        guard this + coming > 0, day <= 31 else { return nil }
        let today = context.today
        let month = coming > 0 ? today.month % 12 + 1 : today.month
        let year = coming > 0 && today.month == 12 ? today.year + 1 : today.year
        return calendar(day: day, month: month, year: year, index..<afterDay + this + coming)
    }

    private static let thisMonth = PhraseTable(
        "de este mes", "del corriente", "of this month", "deste mes", "this month", "del presente")
    private static let nextMonth = PhraseTable(
        "del mes que viene", "del proximo mes", "of next month", "do mes que vem", "do proximo mes", "next month",
        "del mes proximo")

    /// "December 3rd, 2026", "dec 3", "diciembre 3"
    private func monthThenDay(at index: Int) -> DateExpression? {
        guard isWord(index), let month = Lexicon.months[text(index)] else { return nil }
        guard !Lexicon.monthsAfterDayOnly.contains(text(index)) || text(index) == "mai" else { return nil }
        var next = text(index + 1) == "." && isGluedSymbol(index + 1) ? index + 2 : index + 1
        if ["the", "el", "dia", "-", "/"].contains(text(next)) { next += 1 }
        guard let (day, afterDay) = ordinal(at: next) ?? number(at: next), day <= 99, !isUnit(afterDay),
            words.tokens[next].text.utf8.count <= 2 || words.tokens[next].kind == .word
        else { return nil }
        let (year, end) = year(at: text(afterDay) == "," ? afterDay + 1 : afterDay)
        return DateExpression(
            form: .calendar(day: day, month: month, year: year), range: index..<(year == nil ? afterDay : end),
            core: index..<(year == nil ? afterDay : end))
    }

    /// A year and the index after it; the index itself when there is none.
    private func year(at index: Int) -> (Int?, Int) {
        var next = index
        while next < index + 2, ["de", "del", ",", "of"].contains(text(next)) { next += 1 }
        guard let year = digits(next), year.length == 4, (2000...2100).contains(year.value) else { return (nil, index) }
        return (year.value, next + 1)
    }

    private func holiday(at index: Int) -> DateExpression? {
        guard let (holiday, length) = Self.holidays.match(self, at: index) else { return nil }
        return calendar(day: holiday.day, month: holiday.month, year: nil, index..<index + length)
    }

    private static let holidays = PhraseTable<(month: Int, day: Int)>([
        ("nochebuena", (12, 24)), ("christmas eve", (12, 24)), ("vispera de navidad", (12, 24)),
        ("vespera de natal", (12, 24)), ("christmas day", (12, 25)), ("dia de navidad", (12, 25)),
        ("dia de natal", (12, 25)), ("nochevieja", (12, 31)), ("new years eve", (12, 31)), ("new year s eve", (12, 31)),
        ("nye", (12, 31)), ("fin de ano", (12, 31)), ("reveillon", (12, 31)), ("vespera de ano novo", (12, 31)),
        ("ano nuevo", (1, 1)), ("new years day", (1, 1)), ("ano novo", (1, 1)),
    ])

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
