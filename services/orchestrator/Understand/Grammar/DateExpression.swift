import Contracts

/// A day as it was written, before it is known which one it is.
struct DateExpression: Hashable {
    enum Form: Hashable {
        case calendar(day: Int, month: Int?, year: Int?)
        case weekday(Int, which: Which)
        case day(LocalDate)
        /// "Tonight": one night from here.
        case night(LocalDate)
        /// "This weekend": arrival and departure.
        case stay(LocalDate, LocalDate)
    }

    /// Which of the weekdays of that name.
    enum Which: Hashable { case nearest, this, ofNextWeek }

    var form: Form
    /// Tokens, articles included.
    var range: Range<Int>
    /// The tokens of the day itself, to be quoted.
    var core: Range<Int>
    /// A bare number, which is a day only beside something that says so.
    var isBare = false
}

/// Finds the day that was meant.
struct DateResolver {
    let today: LocalDate

    /// A day of this year that passed so lately is taken as said: it is refused in words, rather than moved eleven months on.
    static let daysTakenAsPast = 31
    /// "30 al 2 de enero" crosses into a month, "10 al 8 de diciembre" does not: the longest stay that may be read so.
    static let nightsAcrossMonths = 14

    enum Resolved: Hashable {
        case day(LocalDate)
        case stay(LocalDate, LocalDate)
        case impossible
    }

    /// A day by itself. `after` is an arrival that it must follow.
    func resolve(_ form: DateExpression.Form, after arrival: LocalDate? = nil) -> Resolved {
        switch form {
        case .day(let date), .night(let date): return .day(date)
        case .stay(let checkIn, let checkOut): return .stay(checkIn, checkOut)
        case .weekday(let weekday, let which): return .day(day(weekday, which, after: arrival))
        case .calendar(let day, let month, let year):
            if let month, let year {
                return LocalDate(year: year, month: month, day: day).map(Resolved.day) ?? .impossible
            }
            if let month { return nextDay(day, of: month, from: arrival ?? today, allowsPast: arrival == nil) }
            return nextDay(day, from: arrival?.adding(days: 1) ?? today)
        }
    }

    /// Both ends of a stay; the second is looked for from the first.
    func resolve(from first: DateExpression.Form, to second: DateExpression.Form) -> Resolved {
        var first = first
        if case .calendar(let day, nil, nil) = first, case .calendar(let last, let month?, let year) = second {
            if day < last {
                first = .calendar(day: day, month: month, year: year)
            } else {
                return resolve(firstDay: day, lastDay: last, month: month, year: year)
            }
        }
        guard case .day(let checkIn) = resolve(first) else {
            if case .stay(let checkIn, _) = resolve(first) { return end(second, after: checkIn, sameMonthAs: nil) }
            return .impossible
        }
        if case .calendar(_, let month, let year) = first {
            return end(second, after: checkIn, sameMonthAs: month, year: year)
        }
        return end(second, after: checkIn, sameMonthAs: nil)
    }

    private func end(
        _ second: DateExpression.Form, after checkIn: LocalDate, sameMonthAs month: Int?, year: Int? = nil
    ) -> Resolved {
        switch second {
        case .calendar(let day, let endMonth?, nil):
            // The same month said twice: reversed days are told to the guest, not moved a year on.
            let endYear = endMonth < checkIn.month ? checkIn.year + 1 : checkIn.year
            return LocalDate(year: endYear, month: endMonth, day: day).map { .stay(checkIn, $0) } ?? .impossible
        case .day(let date), .night(let date): return .stay(checkIn, date)
        default: break
        }
        switch resolve(second, after: checkIn) {
        case .day(let checkOut): return .stay(checkIn, checkOut)
        case .stay(_, let checkOut): return .stay(checkIn, checkOut)
        case .impossible: return .impossible
        }
    }

    /// "del 30 al 2 de enero" and "del 10 al 8 de diciembre".
    private func resolve(firstDay: Int, lastDay: Int, month: Int, year: Int?) -> Resolved {
        guard case .day(let checkOut) = resolve(.calendar(day: lastDay, month: month, year: year)) else {
            return .impossible
        }
        let (monthBefore, yearBefore) =
            checkOut.month == 1 ? (12, checkOut.year - 1) : (checkOut.month - 1, checkOut.year)
        if let across = LocalDate(year: yearBefore, month: monthBefore, day: firstDay),
            across.days(until: checkOut) <= Self.nightsAcrossMonths
        {
            return .stay(across, checkOut)
        }
        return LocalDate(year: checkOut.year, month: month, day: firstDay).map { .stay($0, checkOut) } ?? .impossible
    }

    private func nextDay(_ day: Int, of month: Int, from start: LocalDate, allowsPast: Bool) -> Resolved {
        var year = start.year
        let ended = month < start.month || (month == start.month && day < start.day)
        if ended {
            if allowsPast, let past = LocalDate(year: year, month: month, day: day),
                past.days(until: start) <= Self.daysTakenAsPast
            {
                return .day(past)
            }
            year += 1
        }
        return LocalDate(year: year, month: month, day: day).map(Resolved.day) ?? .impossible
    }

    /// The next month that has such a day.
    private func nextDay(_ day: Int, from start: LocalDate) -> Resolved {
        var (year, month) = (start.year, start.month)
        for _ in 0..<4 {
            if let date = LocalDate(year: year, month: month, day: day), date >= start { return .day(date) }
            (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
        }
        return .impossible
    }

    private func day(_ weekday: Int, _ which: DateExpression.Which, after arrival: LocalDate?) -> LocalDate {
        let from = arrival ?? today
        let ahead = (weekday - from.weekday + 7) % 7
        switch which {
        case .this: return from.adding(days: ahead == 0 && arrival != nil ? 7 : ahead)
        case .nearest: return from.adding(days: ahead == 0 ? 7 : ahead)
        case .ofNextWeek:
            let monday = today.adding(days: 8 - today.weekday)
            let date = monday.adding(days: weekday - 1)
            return date > from || arrival == nil ? date : from.adding(days: ahead == 0 ? 7 : ahead)
        }
    }
}
