import Contracts
import JSON
import Loop
import Servers
import Support
import Testing

@testable import notifier

@Suite struct DeliveryTests {
    @Test func aReplyReachesMetaAndItsReceiptsMoveItsRow() async throws {
        try await withStage { stage in
            let id = try await stage.reply("c1", [stage.text("Buenos días.")])[0]
            await stage.notifier.wake([ConversationKey(hotel: 1, conversation: "c1")])
            #expect(try await stage.becomes("accepted", id))
            let sent = try #require(await stage.graph.sent.first)
            #expect(sent.content.text == "Buenos días.")
            #expect(sent.content.recipient == "34600111222")
            #expect(sent.content.callbackData == String(id))
            #expect(sent.phoneNumberID == NotifierStage.number)
            try await stage.store("delivered", for: sent)
            #expect(try await stage.becomes("delivered", id))
            // One that comes late moves nothing down.
            try await stage.store("sent", for: sent)
            try await stage.store("played", for: sent)
            #expect(try await stage.becomes("read", id))
            #expect(await stage.graph.refusals.isEmpty)
        }
    }

    @Test func aReceiptWithoutOurIDIsMatchedByMetas() async throws {
        try await withStage { stage in
            let id = try await stage.reply("c1", [stage.text("Hola.")])[0]
            #expect(try await stage.becomes("accepted", id))
            try await stage.store("read", for: try #require(await stage.graph.sent.first), withOurID: false)
            #expect(try await stage.becomes("read", id))
        }
    }

    @Test func aReceiptThatComesBeforeItsSendIsRecordedIsApplied() async throws {
        try await withStage { stage in
            await stage.graph.misbehave(.hold)
            let id = try await stage.reply("c1", [stage.text("Hola.")])[0]
            #expect(await eventually { await !stage.graph.sent.isEmpty })
            try await stage.store("delivered", for: try #require(await stage.graph.sent.first))
            #expect(
                try await eventually {
                    try await stage.value("SELECT count(*) FROM receipts WHERE applied_at IS NOT NULL") == "1"
                })
            #expect(try await stage.status(id) == "sending")
            await stage.graph.release()
            #expect(try await stage.becomes("delivered", id))
        }
    }

    @Test func aReceiptOfSomebodyElsesMessageIsPutAside() async throws {
        try await withStage { stage in
            try await stage.database.script(
                """
                INSERT INTO receipts (hotel_id, provider_id, status, outbound_id, received_at)
                VALUES (1, 'wamid.foreign', 'sent', NULL, now() - interval '1 minute'), (1, 'wamid.gone', 'sent', 999, now())
                """)
            #expect(
                try await eventually {
                    try await stage.value("SELECT count(*) FROM receipts WHERE applied_at IS NULL") == "0"
                })
        }
    }

    @Test func twoNotifiersSendEachMessageOnceAndInOrder() async throws {
        try await withStage(statuses: ["sent", "delivered"]) { stage in
            let other = await stage.another()
            await other.notifier.start()
            let guests = 20
            for round in 0..<5 {
                for guest in 0..<guests {
                    try await stage.reply(
                        "c\(guest)", [stage.text("\(round).1"), stage.text("\(round).2")], to: "3460000\(100 + guest)")
                    await stage.notifier.wake([ConversationKey(hotel: 1, conversation: "c\(guest)")])
                    await other.notifier.wake([ConversationKey(hotel: 1, conversation: "c\(guest)")])
                }
            }
            let expected = (0..<5).flatMap { ["\($0).1", "\($0).2"] }
            #expect(
                try await eventually(within: .seconds(30)) {
                    try await stage.value("SELECT count(*) FROM outbound_messages WHERE status <> 'delivered'") == "0"
                })
            for guest in 0..<guests { #expect(await stage.graph.texts(to: "3460000\(100 + guest)") == expected) }
            #expect(try await stage.value("SELECT sum(resends) FROM outbound_messages") == "0")
            await other.notifier.stop(within: .seconds(5))
            await other.outbound.close()
        }
    }

    @Test func withoutReceiptsTheNextMessageWaitsAMoment() async throws {
        try await withStage { stage in
            let ids = try await stage.reply("c1", [stage.text("uno"), stage.text("dos")])
            #expect(try await stage.becomes("accepted", ids[1]))
            let sent = await stage.graph.sent
            #expect(sent.map(\.content.text) == ["uno", "dos"])
            #expect(sent[1].at - sent[0].at >= stage.timing.sentWait)
        }
    }

    @Test func aTextTooLongForOneMessageGoesInPiecesInOrder() async throws {
        try await withStage(statuses: ["sent"]) { stage in
            let sentence = "Esta frase tiene exactamente cincuenta letras aquí. "
            let id = try await stage.reply("c1", [stage.text(String(repeating: sentence, count: 200))])[0]
            #expect(try await stage.becomes("sent", id))
            let texts = await stage.graph.texts(to: "34600111222")
            #expect(texts.count == 3)
            #expect(texts.joined(separator: " ") + " " == String(repeating: sentence, count: 200))
            #expect(try await stage.value("SELECT cardinality(earlier_provider_ids) FROM outbound_messages") == "2")
        }
    }

    @Test func aChoiceIsSentWithItsButtons() async throws {
        try await withStage { stage in
            let message = OutboundMessage(
                text: "¿Cuál prefiere?", language: .spanish,
                cards: [OutboundCard(id: "o1", title: "Doble", price: "196 €", detail: "Vistas al mar")],
                buttons: [OutboundButton(id: "other", title: "Otras fechas")])
            let ids = try await stage.reply(
                "c1",
                [
                    .message(message),
                    .location(latitude: 36.7, longitude: -4.4, name: "Hotel Miramar", address: "Paseo 1"),
                ])
            #expect(try await stage.becomes("accepted", ids[1]))
            let sent = await stage.graph.sent
            #expect(sent[0].content.choices.map(\.id) == ["o1", "other"])
            #expect(sent[1].content.type == "location")
            #expect(await stage.graph.refusals.isEmpty)
        }
    }

    @Test func aVoiceNoteIsSpokenUploadedAndSent() async throws {
        try await withStage { stage in
            let id = try await stage.reply("c1", [.voice(text: "Buenos días", language: .spanish)])[0]
            #expect(try await stage.becomes("accepted", id))
            let sent = try #require(await stage.graph.sent.first)
            #expect(sent.content.isVoice)
            let media = try #require(await stage.graph.media[sent.content.mediaID ?? ""])
            #expect(media == GraphMedia(type: "audio/ogg; codecs=opus", bytes: StageTTS.note))
            #expect(try await stage.value("SELECT key FROM media") == "outbound:\(id)")
            #expect(await stage.graph.refusals.isEmpty)
        }
    }

    @Test func aNoteThatCantBeSpokenIsADeadLetterAndTheNextGoes() async throws {
        try await withStage { stage in
            let ids = try await stage.reply(
                "c1", [.voice(text: "unspeakable", language: .spanish), stage.text("después")])
            #expect(try await stage.becomes("accepted", ids[1]))
            #expect(try await stage.status(ids[0]) == "dead")
            #expect(try await stage.value("SELECT reason FROM dead_letters") == "speech")
        }
    }

    @Test func aNoteWhoseMakerStumblesIsAskedForAgain() async throws {
        try await withStage { stage in
            let id = try await stage.reply("c1", [.voice(text: "stumbles", language: .spanish)])[0]
            #expect(try await stage.becomes("accepted", id))
            #expect(await stage.graph.sent.map(\.content.isVoice) == [true])
            #expect(try await stage.value("SELECT count(*) FROM dead_letters") == "0")
        }
    }

    @Test func theTraceOfATurnGoesOnIntoTheCall() async throws {
        try await withStage { stage in
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            let id = try await stage.reply(
                "c1", [stage.text("Hola.")], traceparent: "00-\(trace)-00f067aa0ba902b7-01")[0]
            #expect(try await stage.becomes("accepted", id))
            let header = try #require(await stage.graph.sent.first?.traceparent)
            #expect(header.split(separator: "-").map(String.init)[1] == trace)
        }
    }

    @Test func aGuestWhoGetsTooManyWaitsAndOthersDoNot() async throws {
        let pace = Pace.Limits(guestPerSecond: 4, guestBurst: 2)
        try await withStage(statuses: ["sent"], pace: pace) { stage in
            let many = try await stage.reply("c1", (1...4).map { stage.text("\($0)") })
            let one = try await stage.reply("c2", [stage.text("hola")], to: "34600999888")
            #expect(try await stage.becomes("sent", one[0]))
            #expect(try await stage.becomes("sent", many[3]))
            let sent = await stage.graph.sent(to: "34600111222")
            #expect(sent.map(\.content.text) == ["1", "2", "3", "4"])
            // Postponed messages were no attempts.
            #expect(try await stage.value("SELECT max(attempts) FROM outbound_messages") == "1")
        }
    }
}
