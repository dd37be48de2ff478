import Contracts

/// The rule at the end of a zone file (POSIX.1-2017 §8.3 TZ, with the extensions of RFC 8536 §3.3.1): `CET-1CEST,M3.5.0,M10.5.0/3`.
struct PosixTimeZone: Sendable {
    /// A day of every year, with the wall-clock second on which clocks change.
    private struct Change {
        enum Day {
            /// 1 to 365, 29 February never counted.
            case julian(Int)
            /// 0 to 365, 29 February counted.
            case zeroBased(Int)
            /// The `week`-th `weekday` (0 is Sunday) of a month; week 5 is the last.
            case weekday(month: Int, week: Int, weekday: Int)
        }

        var day: Day
        var second: Int

        func date(in year: Int) -> LocalDate? {
            switch day {
            case .julian(let number):
                let isAfterLeapDay = LocalDate.days(inMonth: 2, ofYear: year) == 29 && number >= 60
                return LocalDate(year: year, month: 1, day: 1)?.adding(days: number - 1 + (isAfterLeapDay ? 1 : 0))
            case .zeroBased(let number):
                return LocalDate(year: year, month: 1, day: 1)?.adding(days: number)
            case .weekday(let month, let week, let weekday):
                guard let first = LocalDate(year: year, month: month, day: 1) else { return nil }
                let firstMatch = 1 + (weekday - first.weekday % 7 + 7) % 7
                var day = firstMatch + (week - 1) * 7
                while day > LocalDate.days(inMonth: month, ofYear: year) { day -= 7 }
                return LocalDate(year: year, month: month, day: day)
            }
        }
    }

    private let standardOffset: Int
    private let summer: (offset: Int, start: Change, end: Change)?

    init(_ text: String) throws(TimeZoneError) {
        var scanner = Scanner(text)
        try scanner.name()
        standardOffset = -(try scanner.time())
        guard !scanner.isAtEnd else {
            summer = nil
            return
        }
        try scanner.name()
        let offset = scanner.peek == UInt8(ascii: ",") ? standardOffset + 3_600 : -(try scanner.time())
        let start = try scanner.change()
        let end = try scanner.change()
        guard scanner.isAtEnd else { throw scanner.error }
        summer = (offset, start, end)
    }

    /// Seconds east of Greenwich at an instant, given in seconds since 1970.
    func offset(at instant: Int) -> Int {
        guard let summer else { return standardOffset }
        let local = instant + standardOffset
        let year = LocalDate(daysSinceEpoch: local >= 0 ? local / 86_400 : (local - 86_399) / 86_400).year
        guard let start = summer.start.date(in: year), let end = summer.end.date(in: year) else {
            return standardOffset
        }
        let begins = start.daysSinceEpoch * 86_400 + summer.start.second - standardOffset
        let ends = end.daysSinceEpoch * 86_400 + summer.end.second - summer.offset
        let isSummer = begins < ends ? (begins..<ends).contains(instant) : !(ends..<begins).contains(instant)
        return isSummer ? summer.offset : standardOffset
    }

    private struct Scanner {
        private let text: String
        private var rest: ArraySlice<UInt8>

        init(_ text: String) {
            self.text = text
            rest = Array(text.utf8)[...]
        }

        var isAtEnd: Bool { rest.isEmpty }
        var peek: UInt8? { rest.first }
        var error: TimeZoneError { TimeZoneError(zone: "", problem: "the rule \(text) can't be read") }

        /// Letters, or anything between angle brackets.
        mutating func name() throws(TimeZoneError) {
            if rest.first == UInt8(ascii: "<") {
                guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { throw error }
                rest = rest[(end + 1)...]
                return
            }
            let letters = rest.prefix { ($0 | 32) >= UInt8(ascii: "a") && ($0 | 32) <= UInt8(ascii: "z") }
            guard letters.count >= 3 else { throw error }
            rest = rest.dropFirst(letters.count)
        }

        mutating func number() throws(TimeZoneError) -> Int {
            let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            guard (1...4).contains(digits.count), let value = Int(String(decoding: digits, as: UTF8.self)) else {
                throw error
            }
            rest = rest.dropFirst(digits.count)
            return value
        }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest = rest.dropFirst()
            return true
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func time() throws(TimeZoneError) -> Int {
            let sign = skip("-") ? -1 : 1
            if sign == 1 { _ = skip("+") }
            var seconds = try number() * 3_600
            if skip(":") { seconds += try number() * 60 }
            if skip(":") { seconds += try number() }
            return sign * seconds
        }

        /// `,Mm.w.d[/time]`, `,Jn[/time]` or `,n[/time]`.
        mutating func change() throws(TimeZoneError) -> Change {
            guard skip(",") else { throw error }
            let day: Change.Day
            if skip("M") {
                let month = try number()
                guard skip(".") else { throw error }
                let week = try number()
                guard skip(".") else { throw error }
                let weekday = try number()
                guard (1...12).contains(month), (1...5).contains(week), (0...6).contains(weekday) else { throw error }
                day = .weekday(month: month, week: week, weekday: weekday)
            } else if skip("J") {
                day = .julian(try number())
            } else {
                day = .zeroBased(try number())
            }
            return Change(day: day, second: skip("/") ? try time() : 7_200)
        }
    }
}
