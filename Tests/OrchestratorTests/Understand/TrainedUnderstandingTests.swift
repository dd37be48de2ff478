import Contracts
import Support
import Testing

@testable import orchestrator

@Suite struct TrainedUnderstandingTests {
    private func understand(
        _ text: String, _ language: Language? = nil, expecting: CaseFiles.Awaited? = nil
    ) throws -> Understood {
        try CaseFiles.understanding.get().understand(text, in: CaseFiles.context(language, expecting: expecting))
    }

    /// What the dialogue hears.
    private func heard(_ text: String, _ language: Language? = nil, expecting: CaseFiles.Awaited? = nil) throws
        -> HeardTurn
    {
        HeardTurn([
            Heard(
                content: .init(kind: .text, text: text),
                understood: try understand(text, language, expecting: expecting))
        ])
    }

    @Test(arguments: [
        ("Thanks! can you cancel it?", [Intent.cancelBooking, .thank]),
        ("hola, ¿tienen una doble del 3 al 5 de diciembre para dos personas?", [.checkAvailability, .greet]),
        ("hola tienen una doble del tres al cinco de diciembre para dos", [.checkAvailability, .greet]),
        ("Oi, tem quarto duplo de 3 a 5 de dezembro para duas pessoas?", [.checkAvailability, .greet]),
        ("¿hora de entrada y de salida?", [.askCheckInTime, .askCheckOutTime]),
        ("is there parking? and what's the wifi password", [.askParking, .askWifi]),
        ("obrigado, até logo", [.thank, .goodbye]),
        ("Good morning! what time is breakfast?", [.askBreakfast, .greet]),
    ])
    func severalWishesInOneMessageAreAllHeard(_ text: String, _ wishes: [Intent]) throws {
        let ranking = try understand(text).intents
        #expect(Set(try heard(text).intents) == Set(wishes), "\(ranking)")
    }

    @Test func theWishComesBeforeTheCourtesy() throws {
        #expect(try understand("Thanks! can you cancel it?").intents[0].intent == .cancelBooking)
        #expect(try understand("hola, quiero reservar").intents[0].intent == .makeBooking)
    }

    @Test(arguments: [
        "está bien, ¿y el wifi?", "de acuerdo, ¿cuánto cuesta el parking?", "got it, where are you?",
        "ok, ¿y hay parking?", "vale, ¿a qué hora es el desayuno?", "ok, and is there parking?",
        "tá bom, tem estacionamento?",
        "¿confirmado?", "ok?", "no, espera", "mañana te digo",
    ])
    func anotherQuestionIsNoYes(_ text: String) throws {
        #expect(!(try heard(text, expecting: .confirmation)).affirms(.makeBooking))
    }

    @Test(arguments: [
        "sí", "si", "Sí, confirmo", "dale, perfecto", "ok", "ok, gracias", "👍", "yes please", "yes, book it", "sure",
        "sim", "isso, pode confirmar",
        "claro que sí", "vale",
    ])
    func aYesIsAYes(_ text: String) throws {
        #expect(try heard(text, expecting: .confirmation).affirms(.makeBooking))
    }

    @Test(arguments: [
        "no", "no gracias", "mejor no", "no, leave it", "no wait, keep it", "não", "deixa pra lá", "no lo confirmes",
        "👎",
    ])
    func aNoIsANo(_ text: String) throws {
        #expect(try heard(text, expecting: .confirmation).denies)
    }

    @Test(arguments: ["asdf qwer", "zxcv zxcv", "lkjh", "مرحبا كيف حالك", "xkcd 9 qqq", "…", "😵‍💫"])
    func nonsenseIsSaidWithLittleConfidence(_ text: String) throws {
        let understood = try understand(text)
        #expect(understood.intents[0].probability < Limits.sure, "\(understood.intents)")
        #expect(understood.entities.isEmpty)
        #expect(!understood.intents.isEmpty)
    }

    @Test(arguments: [
        "ok", "2", "sábado?", "HM-AAA222", "ana@example.org", "no", "wifi", "hotel", "👍", "no email", "+34 600 111 222",
    ])
    func whatTheLanguagesShareTellsNone(_ text: String) throws {
        for language in Language.allCases {
            let understood = try understand(text, language)
            #expect(
                understood.languageConfidence < Limits.languageSure,
                "\(understood.language) \(understood.languageConfidence)")
            #expect(understood.language == language)
        }
    }

    @Test func aNameTellsNoLanguage() throws {
        for name in ["Ana Pérez", "John O'Brien", "João da Silva"] {
            #expect(try understand(name, .english, expecting: .name).languageConfidence < Limits.languageSure)
        }
    }

    @Test(arguments: [
        ("Thanks! can you cancel it?", Language.english), ("gracias", .spanish), ("obrigado", .portuguese),
        ("hola", .spanish), ("hello", .english), ("olá", .portuguese),
    ])
    func aWordOfOneLanguageTellsIt(_ text: String, _ language: Language) throws {
        let understood = try understand(text, .spanish)
        #expect(understood.language == language)
        #expect(understood.languageConfidence >= Limits.languageSure)
    }

    @Test func aDayBesideAFactIsNoArrival() throws {
        #expect(try understand("what time is breakfast tomorrow?").entities.isEmpty)
        #expect(try understand("¿a qué hora puedo entrar el viernes?").entities.isEmpty)
        #expect(try understand("del 3 al 5. ¿hay parking?").entities.count == 1)
        #expect(try understand("para dos, ¿hay parking?").entities.count == 1)
    }

    @Test func anAnswerWishesForNothing() throws {
        for (text, expecting) in [
            ("dos", CaseFiles.Awaited.party), ("del 3 al 5", .dates), ("dos noches", .nights), ("Ana Pérez", .name),
            ("la segunda", .choice),
            ("HM-AAA222", .bookingCode), ("tiene 6", .childrenAges), ("me llamo Ana Pérez", .name),
        ] {
            let heard = try heard(text, expecting: expecting)
            #expect(heard.intents.isEmpty, "\(text): \(heard.intents)")
            #expect(heard.entities.count == 1, "\(text)")
            #expect(!heard.hasUnclearWords)
        }
    }

    @Test func theSamePhrasesGiveTheSameModel() throws {
        let phrases = try CaseFilesSmall.file
        let first = TrainedUnderstanding([phrases])
        let second = TrainedUnderstanding([phrases])
        for text in ["hello there", "book a room from the 3rd to the 5th", "qwerty", "cancel"] {
            #expect(first.understand(text, in: CaseFiles.context()) == second.understand(text, in: CaseFiles.context()))
        }
    }

    /// A hotel's own phrases are learned beside the others.
    @Test func anotherFileOfTheSameLanguageIsLearned() throws {
        let text = "xylophone terrace"
        let small = try CaseFilesSmall.file
        let before = TrainedUnderstanding([small]).understand(text, in: CaseFiles.context())
        let own = try PhraseFile(
            CaseFilesSmall.text
                + "ask_location:\nwhere is the xylophone terrace\nxylophone terrace please\nthe xylophone terrace\n",
            language: .english, named: "own.txt")
        let after = TrainedUnderstanding([small, own]).understand(text, in: CaseFiles.context())
        #expect(before.intents[0].probability < Limits.sure)
        #expect(after.intents[0].intent == .askLocation)
    }

    /// Words of the grammar in random order: no entity overlaps another, no count is absurd, and nothing traps.
    @Test func randomMessagesAreReadWithoutHarm() throws {
        let understanding = try CaseFiles.understanding.get()
        var random = SeededGenerator(seed: 7)
        let soup = Self.soup
        for round in 0..<1000 {
            var message = ""
            for _ in 0..<Int.random(in: 1...30, using: &random) {
                message += soup.randomElement(using: &random) ?? ""
                if Int.random(in: 0..<4, using: &random) > 0 { message += " " }
            }
            var context = CaseFiles.context(Language.allCases.randomElement(using: &random))
            context.expecting = round % 3 == 0 ? nil : Self.expectations.randomElement(using: &random)
            if Bool.random(using: &random) { context.checkIn = CaseFiles.today.adding(days: 10) }
            if Bool.random(using: &random) { context.checkOut = CaseFiles.today.adding(days: 13) }
            let words = Tokenizer.words(in: message)
            let found = EntityGrammar.read(words, in: context, language: context.language)
            var end = 0
            for item in found {
                #expect(item.range.lowerBound >= end && item.range.upperBound <= words.count, "\(message)")
                end = item.range.upperBound
            }
            #expect(found.count <= EntityGrammar.maximumEntities)
            let understood = understanding.understand(message, in: context)
            #expect(!understood.intents.isEmpty && (0...1).contains(understood.languageConfidence))
            #expect(understood.intents.allSatisfy { (0...1).contains($0.probability) })
            #expect(understood.intents == understood.intents.sorted { $0.probability > $1.probability })
        }
    }

    /// Twenty thousand characters of what looks like dates, names, numbers or nothing.
    @Test(arguments: [
        "del 3 al 5 de diciembre ", "1", "a", "Ana ", "soy ", "hola ", "2 adultos y 2 niños de 4 y 7 años, ", "@.",
        "(((", "hasta el ", "+34 600 ", "\u{0}",
        "مرحبا ", "👩‍👩‍👧 ", "y ", "e-mail ", "de de de ", "audio ", "niños ", "\n", "dia ", "veinte y ", "HM-", "- ",
    ])
    func aLongMessageIsReadInTime(_ piece: String) throws {
        let message = String(repeating: piece, count: 20_000 / piece.unicodeScalars.count)
        for expecting in [nil, CaseFiles.Awaited.name] {
            #expect(!(try understand(message, expecting: expecting)).intents.isEmpty)
        }
    }

    private static let expectations: [CaseFiles.Awaited] = [
        .dates, .nights, .party, .childrenAges, .choice, .name, .email, .confirmation, .bookingCode,
    ]

    private static let soup =
        """
        del al de a el la 3 5 31 30 2026 99999999999 diciembre dec dezembro febrero viernes friday sexta segunda hasta until até mañana tomorrow \
        amanhã esta noche tonight próximo next finde dos two duas noches nights más more personas people somos para for niños kids crianças años \
        old 4 7 , . ; : / - – ( ) @ # + ñ HM 7K3QXD ana@example.org Ana García O'Neill me llamo my name is soy sou doble suite twin camas la \
        última barata cheaper one option audio respóndeme no sí ok 👍 ? ¿ \u{0} \u{200B} 12:30 pm € 100 con mi marido y e and 1º 3rd 00 0
        """.split(separator: " ").map(String.init)
}

/// A small file with every section, for tests that train more than once.
enum CaseFilesSmall {
    static let text =
        Intent.allCases.map { "\($0.rawValue):\n\($0.rawValue.split(separator: "_").joined(separator: " "))\n" }
        .joined()
        + "inform:\n{dates}\nlanguage:\nthe of and\n"

    static var file: PhraseFile {
        get throws { try PhraseFile(text, language: .english, named: "small.txt") }
    }
}
