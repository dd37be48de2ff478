import Contracts
import Testing

@testable import orchestrator

@Suite struct TemplatesTests {
    private func spanish(_ change: (String) -> String) throws -> Templates {
        try Templates([
            (.spanish, "es.txt", change(String(decoding: PackageResources.es_txt, as: UTF8.self))),
            (.english, "en.txt", String(decoding: PackageResources.en_txt, as: UTF8.self)),
            (.portuguese, "pt.txt", String(decoding: PackageResources.pt_txt, as: UTF8.self)),
        ])
    }

    private func error(_ change: (String) -> String) -> String? {
        do {
            _ = try spanish(change)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func theTextsInTheProgramAreComplete() throws {
        _ = try Templates.embedded()
    }

    @Test func aMissingKeyIsNamed() {
        #expect(error { $0.replacing("ask.stay: ", with: "# ") } == "es.txt:0: `ask.stay` is missing")
        #expect(error { $0.replacing("month[12]: ", with: "# ") } == "es.txt:0: `month[12]` is missing")
        #expect(error { $0.replacing("nights[other]: ", with: "# ") } == "es.txt:0: `nights[other]` is missing")
    }

    @Test func aFaultIsNamedWithItsLine() {
        for (line, problem) in [
            ("intro: Soy {hotl}.", "there is no placeholder {hotl}"),
            ("intro: Soy {room}.", "`intro` knows no {room}"),
            ("intro: Soy yo.", "`intro` needs {hotel}"),
            ("intr: Soy yo.", "there is no text called `intr`"),
            ("intro", "a line is `key: text`; this one has no colon"),
            ("intro: Soy {hotel", "`{` without its `}`"),
            ("intro: Soy hotel}", "`}` without its `{`"),
            ("help: \\t", "after a backslash only `n` can stand (a new line)"),
            ("help:", "`help` has no text"),
            ("help[1]: Hola", "`help` has no forms"),
            ("nights[many]: muchas", "`nights` needs a number or `other` in brackets"),
            ("money[XYZ]: {amount}", "`money` needs one of these in brackets: EUR, USD, GBP, BRL"),
            (
                "button.confirm: Confirmar la reserva ya",
                "`button.confirm` has 23 characters; a button or label has room for 20"
            ),
        ] {
            #expect(error { line + "\n" + $0 } == "es.txt:1: " + problem)
        }
        #expect(
            error { $0 + "\ngreet: ¡Hola!\ngreet: ¡Buenas!\ngreet: ¡Hey!" }?.hasSuffix(
                "`greet` has more than 3 variants") == true)
        #expect(error { $0 + "\nmonth[1]: enero" }?.hasSuffix("`month[1]` stands twice") == true)
    }

    /// Each text asks at most one question, so that a reply made of statements and one question has one.
    @Test func noTextAsksTwice() throws {
        for file in [PackageResources.es_txt, PackageResources.en_txt, PackageResources.pt_txt] {
            for line in String(decoding: file, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
                let questions = line.count { $0 == "?" }
                let mayAsk = line.hasPrefix("ask.")
                #expect(questions == (mayAsk ? 1 : 0), "\(line)")
            }
        }
    }

    @Test func variantsTakeTurns() throws {
        let templates = try Templates.embedded()
        let thanks = (0..<4).map { templates.text(.thank, in: .spanish, seed: $0) }
        #expect(Set(thanks).count == 2)
        #expect(thanks[0] == thanks[2])
        #expect(thanks[1] == templates.text(.thank, in: .spanish, seed: -1))
    }
}
