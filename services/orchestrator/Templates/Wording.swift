import Contracts

/// How one language writes dates, money and numbers of things.
struct Wording: Sendable {
    let templates: Templates
    let language: Language
    /// The year of a date is told only when it is not this day's.
    let today: LocalDate
    /// Picks among variants.
    var seed = 0

    func text(_ phrase: Phrase, _ values: [Placeholder: String] = [:]) -> String {
        templates.text(phrase, values, in: language, seed: seed)
    }

    func form(_ phrase: Phrase, _ name: String, _ values: [Placeholder: String] = [:]) -> String? {
        templates.form(phrase, name, values, in: language)
    }

    /// "Thursday 3 December"
    func date(_ date: LocalDate) -> String {
        text(date.year == today.year ? .date : .dateOtherYear, dayValues(date))
    }

    /// "from Thursday 3 to Saturday 5 December": for the middle of a sentence.
    func dates(_ stay: Stay) -> String {
        let (first, last) = (stay.checkIn, stay.checkOut)
        var values = dayValues(first)
        let end = dayValues(last)
        values[.weekday2] = end[.weekday]
        values[.day2] = end[.day]
        values[.month2] = end[.month]
        values[.year2] = end[.year]
        if first.year != today.year || last.year != today.year { return text(.datesOtherYear, values) }
        return text(first.month == last.month ? .datesSameMonth : .datesOtherMonth, values)
    }

    private func dayValues(_ date: LocalDate) -> [Placeholder: String] {
        [
            .weekday: form(.weekday, String(date.weekday)) ?? "",
            .day: String(date.day),
            .month: form(.month, String(date.month)) ?? "",
            .year: String(date.year),
        ]
    }

    func nights(_ stay: Stay) -> String { counted(.nights, stay.nights) }

    func counted(_ phrase: Phrase, _ count: Int) -> String { templates.counted(phrase, count, in: language) }

    /// "two people"; "two adults and one child" when there are children.
    func people(_ party: Party) -> String {
        guard !party.children.isEmpty else { return counted(.people, party.adults) }
        return text(
            .partyWithChildren,
            [.adults: counted(.adults, party.adults), .children: counted(.children, party.children.count)])
    }

    /// "196 €" with a no-break space, "€196" in English; cents only where there are some.
    func money(_ money: Money) -> String {
        let amount = amount(money)
        return form(.money, money.currency, [.amount: amount])
            ?? text(.moneyOther, [.amount: amount, .currency: money.currency])
    }

    private func amount(_ money: Money) -> String {
        let exponent = Self.withoutCents.contains(money.currency) ? 0 : 2
        let unit = exponent == 0 ? 1 : 100
        let units = money.minorUnits.magnitude
        var digits = String(units / UInt(unit))
        var groups: [Substring] = []
        while digits.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits = String(digits.dropLast(3))
        }
        var result = ([digits[...]] + groups).joined(separator: text(.moneyThousands))
        let cents = units % UInt(unit)
        if cents > 0 { result += text(.moneyDecimal) + (cents < 10 ? "0" : "") + String(cents) }
        return money.minorUnits < 0 ? "−" + result : result
    }

    /// ISO 4217 currencies with no smaller unit.
    private static let withoutCents: Set<String> = ["CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"]

    /// `minuteOfDay` may run over midnight.
    func time(minuteOfDay: Int) -> String {
        let minute = ((minuteOfDay % 1440) + 1440) % 1440
        return text(.time, [.hour: String(minute / 60), .minute: (minute % 60 < 10 ? "0" : "") + String(minute % 60)])
    }

    func name(_ roomType: RoomType) -> String {
        translation(roomType.name) ?? text(.roomFallback)
    }

    func summary(_ roomType: RoomType) -> String { translation(roomType.summary) ?? "" }

    /// In this language, else in the hotel's others.
    func translation(_ texts: Translations) -> String? {
        if let own = texts[language.rawValue], !own.isEmpty { return own }
        for other in Language.allCases {
            if let text = texts[other.rawValue], !text.isEmpty { return text }
        }
        return nil
    }

    /// A category in words ("double"), or nil when the language has none for it.
    func category(_ category: String) -> String? { form(.category, category) }
}
