/// Days of the calendar: "3 de diciembre de 2026", "Dec 3rd", "03/12/2026", "nochevieja".
extension EntityGrammar {
    // MARK: Calendar days

    func calendarDay(at index: Int) -> DateExpression? {
        numericDay(at: index) ?? dayThenMonth(at: index) ?? monthThenDay(at: index) ?? holiday(at: index)
    }

    /// 2026-12-03, 3/12/2026, 03-12-26, 3.12.2026, 3/12. The day comes first (as in Europe and Latin America), unless it can't.
    func numericDay(at index: Int) -> DateExpression? {
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

    func european(_ first: Int, _ second: Int, year: Int?, _ range: Range<Int>) -> DateExpression {
        second > 12 && first <= 12
            ? calendar(day: second, month: first, year: year, range)
            : calendar(day: first, month: second, year: year, range)
    }

    func calendar(day: Int, month: Int, year: Int?, _ range: Range<Int>) -> DateExpression {
        DateExpression(form: .calendar(day: day, month: month, year: year), range: range, core: range)
    }

    func digits(_ index: Int, isGlued: Bool = false) -> (value: Int, length: Int)? {
        guard words.tokens.indices.contains(index), !taken[index], let value = words.tokens[index].value,
            !isGlued || words.tokens[index].isGlued
        else { return nil }
        return (value, words.tokens[index].text.utf8.count)
    }

    func isGluedSymbol(_ index: Int) -> Bool {
        words.tokens.indices.contains(index) && words.tokens[index].kind == .symbol && words.tokens[index].isGlued
            && !taken[index]
    }

    /// "3 de diciembre de 2026", "3rd of December", "3dic", "primero de mayo", "3 del mes que viene"
    func dayThenMonth(at index: Int) -> DateExpression? {
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
    func monthThenDay(at index: Int) -> DateExpression? {
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
    func year(at index: Int) -> (Int?, Int) {
        var next = index
        while next < index + 2, ["de", "del", ",", "of"].contains(text(next)) { next += 1 }
        guard let year = digits(next), year.length == 4, (2000...2100).contains(year.value) else { return (nil, index) }
        return (year.value, next + 1)
    }

    func holiday(at index: Int) -> DateExpression? {
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
}
