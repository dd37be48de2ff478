import Contracts
import JSON
import Servers
import Support
import Testing

@testable import notifier

@Suite struct GraphRenderingTests {
    private func card(_ number: Int, title: String? = nil) -> OutboundCard {
        OutboundCard(
            id: "offer:\(number)", title: title ?? "Doble \(number)", price: "\(100 + number) €",
            detail: "Dos camas, vistas al mar")
    }

    private func rendered(_ message: OutboundMessage) -> [GraphMessage] {
        GraphRendering.parts(of: .message(message)).compactMap {
            if case .message(let message) = $0 { message } else { nil }
        }
    }

    @Test func textAndNoteAreOneMessage() {
        let message = OutboundMessage(text: "Tenemos sitio.", language: .spanish, note: "Impuestos incluidos.")
        #expect(rendered(message) == [.text("Tenemos sitio.\n\nImpuestos incluidos.")])
    }

    @Test func upToThreeChoicesAreButtonsUnderTheirPrices() {
        let message = OutboundMessage(
            text: "Esto está libre.", language: .spanish, cards: [card(1), card(2)],
            buttons: [OutboundButton(id: "other", title: "Otras fechas")], note: "Impuestos incluidos.",
            listTitle: "Ver habitaciones")
        #expect(
            rendered(message) == [
                .buttons(
                    body: """
                        Esto está libre.

                        *Doble 1* · 101 €
                        Dos camas, vistas al mar

                        *Doble 2* · 102 €
                        Dos camas, vistas al mar

                        Impuestos incluidos.
                        """,
                    [
                        .init(id: "offer:1", title: "Doble 1"), .init(id: "offer:2", title: "Doble 2"),
                        .init(id: "other", title: "Otras fechas"),
                    ])
            ])
    }

    @Test func moreChoicesAreAList() throws {
        let message = OutboundMessage(
            text: "Esto está libre.", language: .spanish, cards: (1...4).map { card($0) },
            buttons: [OutboundButton(id: "other", title: "Otras fechas")], listTitle: "Ver habitaciones")
        let messages = rendered(message)
        guard case .list(let body, let opener, let rows) = try #require(messages.first), messages.count == 1 else {
            Issue.record("no list: \(messages)")
            return
        }
        #expect(body.hasPrefix("Esto está libre."))
        #expect(body.contains("*Doble 4* · 104 €"))
        #expect(opener == "Ver habitaciones")
        #expect(rows.map(\.id) == ["offer:1", "offer:2", "offer:3", "offer:4", "other"])
        #expect(rows[0].description == "101 € · Dos camas, vistas al mar")
        #expect(rows[4].description.isEmpty)
    }

    @Test func choicesBeyondTenGoIntoFurtherLists() {
        let message = OutboundMessage(
            text: "Todo.", language: .spanish, cards: (1...23).map { card($0) }, listTitle: "Ver")
        let messages = rendered(message)
        let ids = messages.flatMap { message -> [String] in
            if case .list(_, _, let rows) = message { rows.map(\.id) } else { [] }
        }
        #expect(messages.count == 3)
        #expect(ids == (1...23).map { "offer:\($0)" })
    }

    @Test func titlesThatTheCutMadeEqualAreNumbered() throws {
        let message = OutboundMessage(
            text: "¿Cuál?", language: .spanish,
            cards: [
                card(1, title: "Habitación doble superior, mar"), card(2, title: "Habitación doble superior, jardín"),
            ])
        guard case .buttons(_, let buttons) = try #require(rendered(message).first) else { return }
        #expect(buttons.map(\.title) == ["1. Habitación doble…", "2. Habitación doble…"])
    }

    @Test func aTextTooLongForOneMessageIsSeveral() {
        let sentence = "Esta frase tiene exactamente cincuenta letras aquí. "
        let message = OutboundMessage(text: String(repeating: sentence, count: 100), language: .spanish)
        let messages = rendered(message)
        #expect(messages.count == 2)
        for case .text(let text) in messages { #expect(text.hasSuffix("aquí.")) }
    }

    @Test func aQuestionTooLongForItsButtonsIsATextAndAQuestion() throws {
        let sentence = "Esta frase tiene exactamente cincuenta letras aquí. "
        let message = OutboundMessage(
            text: String(repeating: sentence, count: 30) + "¿Le parece bien?", language: .spanish,
            buttons: [OutboundButton(id: "yes", title: "Sí")])
        let messages = rendered(message)
        #expect(messages.count == 2)
        guard case .text = messages[0], case .buttons(let body, _) = messages[1] else {
            Issue.record("\(messages)")
            return
        }
        #expect(body.hasSuffix("¿Le parece bien?"))
    }

    @Test func nothingToSayIsNoMessage() {
        #expect(GraphRendering.parts(of: .message(OutboundMessage(text: " \n", language: .english))).isEmpty)
        #expect(GraphRendering.parts(of: .voice(text: " ", language: .english)).isEmpty)
    }

    @Test func aUserIDIsARecipientOfItsOwn() throws {
        #expect(GraphRecipient(address: "34600111222") == .phone("34600111222"))
        #expect(GraphRecipient(address: "ES.1A2b3C") == .userID("ES.1A2b3C"))
        let request = GraphRequest(recipient: .userID("ES.1A2b3C"), message: .text("hola"), outboundID: 7)
        let text = String(decoding: try JSONCoder.encode(request), as: UTF8.self)
        #expect(
            text
                == #"{"messaging_product":"whatsapp","recipient":"ES.1A2b3C","biz_opaque_callback_data":"7","type":"text","text":{"body":"hola","preview_url":false}}"#
        )
    }

    /// Whatever a turn says, Meta takes it: checked by the stand-in's rules, which are Meta's.
    @Test func randomContentIsAlwaysTaken() throws {
        var random = SeededGenerator(seed: 0x6_12A9)
        for _ in 0..<3_000 {
            let content = RandomContent.message(using: &random)
            for part in GraphRendering.parts(of: .message(content)) {
                guard case .message(let message) = part else { continue }
                let request = GraphRequest(recipient: .phone("34600111222"), message: message, outboundID: 1)
                let body = try JSONCoder.encode(request)
                #expect(throws: Never.self, "\(String(decoding: body, as: UTF8.self))") {
                    _ = try GraphRules.check(body, isVoice: { _ in nil })
                }
            }
        }
    }

    @Test func randomContentKeepsEveryChoiceInOrder() {
        var random = SeededGenerator(seed: 0x0DE5)
        for _ in 0..<1_000 {
            let content = RandomContent.message(using: &random)
            let ids = rendered(content).flatMap { message -> [String] in
                switch message {
                case .buttons(_, let buttons): buttons.map(\.id)
                case .list(_, _, let rows): rows.map(\.id)
                default: []
                }
            }
            #expect(ids == content.cards.map(\.id) + content.buttons.map(\.id))
        }
    }
}

/// Messages as no turn would write them.
private enum RandomContent {
    private static let words = [
        "hola", "Habitación", "🏖️", "👨‍👩‍👧", ".", "¿Cuál?", "\n", "*", "مرحبا", "ñandú", "Doble superior con vistas", "…",
        "196 €", "e\u{301}",
    ]

    static func message(using random: inout SeededGenerator) -> OutboundMessage {
        let cards = Int.random(in: 0...12, using: &random) < 6 ? 0 : Int.random(in: 0...12, using: &random)
        let buttons = Int.random(in: 0...5, using: &random)
        return OutboundMessage(
            text: text(0...600, using: &random), language: .spanish,
            cards: (0..<cards).map { number in
                OutboundCard(
                    id: "c\(number)", title: text(0...6, using: &random), price: text(0...2, using: &random),
                    detail: text(0...20, using: &random))
            },
            buttons: (0..<buttons).map { OutboundButton(id: "b\($0)", title: text(0...4, using: &random)) },
            note: Bool.random(using: &random) ? text(0...30, using: &random) : nil,
            listTitle: Bool.random(using: &random) ? text(0...5, using: &random) : nil)
    }

    private static func text(_ counts: ClosedRange<Int>, using random: inout SeededGenerator) -> String {
        let count = Int.random(in: counts, using: &random)
        return (0..<count).map { _ in words.randomElement(using: &random)! }.joined(separator: " ")
    }
}
