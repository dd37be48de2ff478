import Contracts
import Testing

@testable import orchestrator

@Suite struct WordingTests {
    private func wording(_ language: Language) throws -> Wording {
        Wording(templates: try Templates.embedded(), language: language, today: LocalDate("2026-11-23")!)
    }

    private func stay(_ from: String, _ to: String) -> Stay {
        Stay(checkIn: LocalDate(from)!, checkOut: LocalDate(to)!)!
    }

    @Test func datesHaveWeekdayAndMonthAndAYearOnlyWhenItIsAnother() throws {
        let (es, en, pt) = (try wording(.spanish), try wording(.english), try wording(.portuguese))
        #expect(es.dates(stay("2026-12-03", "2026-12-05")) == "del jueves 3 al sábado 5 de diciembre")
        #expect(en.dates(stay("2026-12-03", "2026-12-05")) == "from Thursday 3 to Saturday 5 December")
        #expect(pt.dates(stay("2026-12-03", "2026-12-05")) == "de quinta-feira 3 a sábado 5 de dezembro")
        #expect(es.dates(stay("2026-11-30", "2026-12-02")) == "del lunes 30 de noviembre al miércoles 2 de diciembre")
        #expect(
            en.dates(stay("2026-12-31", "2027-01-02")) == "from Thursday 31 December 2026 to Saturday 2 January 2027")
        #expect(es.date(LocalDate("2027-02-28")!) == "domingo 28 de febrero de 2027")
    }

    @Test(arguments: [
        (19600, "EUR", "196\u{a0}€", "€196", "196\u{a0}€"),
        (19650, "EUR", "196,50\u{a0}€", "€196.50", "196,50\u{a0}€"),
        (5, "EUR", "0,05\u{a0}€", "€0.05", "0,05\u{a0}€"),
        (123_456_700, "EUR", "1.234.567\u{a0}€", "€1,234,567", "1.234.567\u{a0}€"),
        (45_000, "BRL", "450\u{a0}R$", "R$450", "R$\u{a0}450"),
        (45_000, "CLP", "45.000\u{a0}CLP", "45,000\u{a0}CLP", "45.000\u{a0}CLP"),
        (-100, "EUR", "−1\u{a0}€", "€−1", "−1\u{a0}€"),
    ])
    func moneyIsWrittenAsTheLanguageWritesIt(_ units: Int, _ currency: String, _ es: String, _ en: String, _ pt: String)
        throws
    {
        let money = Money(minorUnits: units, currency: currency)
        #expect(try wording(.spanish).money(money) == es)
        #expect(try wording(.english).money(money) == en)
        #expect(try wording(.portuguese).money(money) == pt)
    }

    @Test func peopleAreCountedInWords() throws {
        let es = try wording(.spanish)
        #expect(es.people(Party(adults: 1)) == "una persona")
        #expect(es.people(Party(adults: 12)) == "12 personas")
        #expect(es.people(Party(adults: 2, children: [5, 8])) == "dos adultos y dos niños")
        #expect(es.nights(stay("2026-12-03", "2026-12-04")) == "una noche")
    }

    @Test func whatIsSpokenHasNoSigns() throws {
        let es = SpokenForm(wording: try wording(.spanish))
        #expect(es.spoken("Total: 1.196,50\u{a0}€, aparte 8 €. 😀") == "Total: 1.196,50 euros, aparte 8 euros. ")
        #expect(es.spoken("Su código es HM-7K3QXD. Gracias") == "Su código es H M 7 K 3 Q X D. Gracias")
        #expect(es.spoken("Wi-Fi, «30 de febrero»") == "Wi-Fi, 30 de febrero")
        let en = SpokenForm(wording: try wording(.english))
        #expect(en.spoken("That's €98 more than before (€1,196).") == "That's 98 euros more than before (1,196 euros).")
        #expect(en.spoken("R$450 or $20.") == "450 reais or 20 dollars.")
    }
}
