import Contracts
import JSON
import Testing

@Suite struct LocalDateTests {
    @Test func countsDaysLikeTheCalendar() throws {
        #expect(LocalDate("1970-01-01")?.daysSinceEpoch == 0)
        #expect(LocalDate("2000-03-01")?.daysSinceEpoch == 11_017)
        #expect(LocalDate("2026-11-24")?.weekday == 2)
        let start = try #require(LocalDate("1583-01-01"))
        var previous = start
        for offset in 1...200_000 {
            let date = start.adding(days: offset)
            #expect(LocalDate(year: date.year, month: date.month, day: date.day) == date)
            #expect(date > previous)
            previous = date
        }
    }

    @Test(arguments: [
        "2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-1-1", "2026-01-01T", "٢٠٢٦-٠١-٠١", "",
    ])
    func refusesWhatIsNoDay(_ text: String) {
        #expect(LocalDate(text) == nil)
    }

    @Test func writesWhatItReads() {
        for text in ["2026-12-03", "0001-01-01", "9999-12-31", "2024-02-29"] {
            #expect(LocalDate(text)?.description == text)
        }
    }

    @Test func aStayHasAtLeastOneNight() throws {
        let third = try #require(LocalDate("2026-12-03"))
        #expect(Stay(checkIn: third, checkOut: third) == nil)
        #expect(Stay(checkIn: third, checkOut: third.adding(days: -1)) == nil)
        let stay = try #require(Stay(checkIn: third, checkOut: third.adding(days: 2)))
        #expect(stay.nights == 2)
        #expect(stay.nightDates.map(\.description) == ["2026-12-03", "2026-12-04"])
    }
}
