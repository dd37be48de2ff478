import Contracts
import Loop
import Servers
import Support
import Testing

@testable import notifier

@Suite struct FailureTests {
    @Test func aRateLimitIsWaitedForAndNothingIsSentTwice() async throws {
        try await withStage { stage in
            await stage.graph.misbehave(.error(130_429, status: 429), times: 3)
            let ids = try await stage.reply("c1", [stage.text("uno"), stage.text("dos")])
            #expect(try await stage.becomes("accepted", ids[1]))
            #expect(await stage.graph.texts(to: "34600111222") == ["uno", "dos"])
            #expect(try await stage.value("SELECT attempts FROM outbound_messages WHERE id = \(ids[0])") == "4")
        }
    }

    @Test func aGuestWhoCantBeReachedIsADeadLetterAPersonIsCalledAndTheNextGoes() async throws {
        try await withStage { stage in
            await stage.graph.misbehave(.error(131_026))
            let ids = try await stage.reply("c1", [stage.text("uno"), stage.text("dos")])
            #expect(try await stage.becomes("accepted", ids[1]))
            #expect(try await stage.status(ids[0]) == "dead")
            #expect(
                try await stage.value("SELECT reason FROM dead_letters WHERE reference = '\(ids[0])'")
                    == "recipient:131026")
            #expect(try await stage.value("SELECT reason FROM handoffs") == "undelivered")
        }
    }

    @Test func oneGuestsFailureHoldsUpNoOther() async throws {
        try await withStage { stage in
            await stage.graph.misbehave(.hang, times: 100, to: "34600000001")
            try await stage.reply("slow", [stage.text("uno")], to: "34600000001")
            #expect(await eventually { await stage.graph.attempts == 1 })
            let id = try await stage.reply("quick", [stage.text("hola")], to: "34600000002")[0]
            #expect(try await stage.becomes("accepted", id))
            #expect(
                try await stage.value("SELECT status FROM outbound_messages WHERE conversation_id = 'slow'")
                    == "sending")
        }
    }

    @Test func anAnswerThatWasLostIsReconciledByItsReceipt() async throws {
        try await withStage(statuses: ["sent"]) { stage in
            await stage.graph.misbehave(.loseAnswer)
            let id = try await stage.reply("c1", [stage.text("uno")])[0]
            #expect(try await stage.becomes("sent", id))
            #expect(await stage.graph.texts(to: "34600111222") == ["uno"])
            #expect(try await stage.value("SELECT resends FROM outbound_messages") == "0")
        }
    }

    @Test func anAnswerThatWasLostWithItsReceiptIsSentAgainAndCounted() async throws {
        try await withStage { stage in
            await stage.graph.misbehave(.takeButFail(502))
            let id = try await stage.reply("c1", [stage.text("uno")])[0]
            #expect(try await stage.becomes("accepted", id))
            #expect(await stage.graph.texts(to: "34600111222") == ["uno", "uno"])
            #expect(try await stage.value("SELECT resends FROM outbound_messages") == "1")
            let text = String(decoding: stage.parts.metrics.render(openMetrics: false), as: UTF8.self)
            #expect(text.contains(#"messages_resent_total{channel="whatsapp"} 1"#))
        }
    }

    @Test func aSendWhoseProcessDiedIsReconciledByItsReceipt() async throws {
        try await withStage(statuses: ["delivered"], starts: false) { stage in
            let ids = try await stage.reply("c1", [stage.text("uno"), stage.text("dos")])
            try await stage.dies(holding: "c1", sends: true)
            await stage.notifier.start()
            #expect(try await stage.becomes("delivered", ids[1]))
            #expect(await stage.graph.texts(to: "34600111222") == ["uno", "dos"])
            #expect(try await stage.value("SELECT sum(resends) FROM outbound_messages") == "0")
        }
    }

    @Test func aClaimWhoseProcessDiedIsSentAgainWhenNoReceiptTells() async throws {
        try await withStage(starts: false) { stage in
            let ids = try await stage.reply("c1", [stage.text("uno"), stage.text("dos")])
            try await stage.dies(holding: "c1", sends: false)
            await stage.notifier.start()
            #expect(try await stage.becomes("accepted", ids[1]))
            #expect(await stage.graph.texts(to: "34600111222") == ["uno", "dos"])
            #expect(try await stage.value("SELECT resends FROM outbound_messages WHERE id = \(ids[0])") == "1")
        }
    }

    @Test func aProcessThatDiesBetweenTheTwoPiecesOfATextLosesNeither() async throws {
        try await withStage(statuses: ["sent"], starts: false) { stage in
            let text = String(repeating: "Esta frase tiene exactamente cincuenta letras aquí. ", count: 100)
            let id = try await stage.reply("c1", [stage.text(text)])[0]
            try await stage.dies(holding: "c1", sends: true)
            await stage.notifier.start()
            #expect(try await stage.becomes("sent", id))
            let texts = await stage.graph.texts(to: "34600111222")
            #expect(texts.count == 2)
            #expect(texts.joined(separator: " ") + " " == text)
        }
    }

    @Test func aMessageThatKillsItsProcessThreeTimesIsADeadLetter() async throws {
        try await withStage(starts: false) { stage in
            let ids = try await stage.reply("c1", [stage.text("uno"), stage.text("dos")])
            for _ in 0..<3 {
                try await stage.dies(holding: "c1", sends: false)
                let store = OutboundStore(database: stage.pool, process: "sweeper", timing: stage.timing)
                #expect(try await eventually { try await !store.expireClaims(limit: 10).isEmpty })
                try await stage.database.script("UPDATE outbound_messages SET next_attempt_at = now()")
            }
            await stage.notifier.start()
            #expect(try await stage.becomes("accepted", ids[1]))
            #expect(try await stage.value("SELECT reason FROM dead_letters") == "claims_lost")
        }
    }

    @Test func outsideTheWindowNothingIsSent() async throws {
        try await withStage(starts: false) { stage in
            let id = try await stage.reply("c1", [stage.text("uno")])[0]
            try await stage.database.script(
                "UPDATE session_states SET last_inbound_at = now() - interval '24 hours 1 second'")
            await stage.notifier.start()
            #expect(try await stage.becomes("dead", id))
            #expect(try await stage.value("SELECT reason FROM dead_letters") == "window_closed")
            #expect(await stage.graph.attempts == 0)
        }
    }

    @Test func whatWasTriedForADayIsGivenUp() async throws {
        try await withStage(starts: false) { stage in
            let id = try await stage.reply("c1", [stage.text("uno")])[0]
            try await stage.database.script("UPDATE outbound_messages SET give_up_at = now() - interval '1 second'")
            await stage.notifier.start()
            #expect(try await stage.becomes("dead", id))
            #expect(try await stage.value("SELECT reason FROM dead_letters") == "gave_up")
        }
    }

    @Test func aRefusedTokenStopsItsNumberAndNoOtherAndNothingIsLost() async throws {
        try await withStage { stage in
            await stage.graph.misbehave(.error(190, status: 401), times: 3, to: "34600000001")
            let stopped = try await stage.reply("c1", [stage.text("uno")], to: "34600000001")[0]
            #expect(await eventually { await stage.graph.attempts == 1 })
            let sameNumber = try await stage.reply("c2", [stage.text("dos")], to: "34600000002")[0]
            let otherHotel = try await stage.reply("c3", [stage.text("tres")], to: "34600000003", hotel: 2)[0]
            #expect(try await stage.becomes("accepted", otherHotel))
            #expect(try await stage.becomes("accepted", stopped))
            #expect(try await stage.becomes("accepted", sameNumber))
            #expect(try await stage.value("SELECT count(*) FROM dead_letters") == "0")
        }
    }

    @Test func anAcceptedMessageThatFailsForGoodIsADeadLetter() async throws {
        try await withStage { stage in
            let id = try await stage.reply("c1", [stage.text("uno")])[0]
            #expect(try await stage.becomes("accepted", id))
            try await stage.store("failed", for: try #require(await stage.graph.sent.first), errorCode: 131_026)
            #expect(try await stage.becomes("failed", id))
            #expect(try await stage.value("SELECT reason FROM dead_letters") == "recipient:131026")
            #expect(try await stage.value("SELECT count(*) FROM receipts WHERE applied_at IS NULL") == "0")
        }
    }

    @Test func anAcceptedMessageThatFailsForTheMomentIsSentAgain() async throws {
        try await withStage { stage in
            let id = try await stage.reply("c1", [stage.text("uno")])[0]
            #expect(try await stage.becomes("accepted", id))
            try await stage.store("failed", for: try #require(await stage.graph.sent.first), errorCode: 131_000)
            #expect(await eventually { await stage.graph.sent.count == 2 })
            #expect(try await stage.becomes("accepted", id))
            try await stage.store("delivered", for: await stage.graph.sent[1])
            #expect(try await stage.becomes("delivered", id))
        }
    }

    @Test func aClaimOfWhichItsProcessDidNotHearIsGivenBackAtOnce() async throws {
        try await withStage(starts: false) { stage in
            let id = try await stage.reply("c1", [stage.text("uno")])[0]
            let store = OutboundStore(database: stage.pool, process: "one", timing: stage.timing)
            _ = try await store.claim(nil, limit: 1, closedHotels: [], number: 1_000_000)
            try await store.forgetClaims([1_000_000])
            await stage.notifier.start()
            #expect(try await stage.becomes("accepted", id))
            #expect(try await stage.value("SELECT attempts || ' ' || resends FROM outbound_messages") == "1 0")
        }
    }

    @Test func metaAwayIsNoLoss() async throws {
        try await withStage { stage in
            await stage.graph.stop()
            let ids = try await stage.reply("c1", [stage.text("uno"), stage.text("dos")])
            #expect(
                try await eventually {
                    try await stage.value("SELECT last_error FROM outbound_messages WHERE id = \(ids[0])") == "not_sent"
                })
            try await stage.graph.start()
            #expect(try await stage.becomes("accepted", ids[1]))
            #expect(await stage.graph.texts(to: "34600111222") == ["uno", "dos"])
        }
    }

    @Test func aDatabaseThatIsKilledMeanwhileLosesNothing() async throws {
        let server = try await TestPostgres.start()
        try await withStage(statuses: ["sent"], on: server) { stage in
            let ids = try await stage.reply("c1", (0..<8).map { stage.text("\($0)") })
            try await stage.reply("c2", (0..<8).map { stage.text("\($0)") }, to: "34600999888")
            #expect(await eventually { await stage.graph.sent.count >= 4 })
            await server.kill()
            try await server.start()
            #expect(
                await eventually(within: .seconds(20)) {
                    (try? await stage.value("SELECT count(*) FROM outbound_messages WHERE status <> 'sent'")) == "0"
                })
            let resends = Int(try await stage.value("SELECT sum(resends) FROM outbound_messages")) ?? -1
            for guest in ["34600111222", "34600999888"] {
                var texts = await stage.graph.texts(to: guest)
                // Repeats are those that were counted, beside the message that they repeat.
                for (index, text) in texts.enumerated().reversed() where index > 0 && texts[index - 1] == text {
                    texts.remove(at: index)
                }
                #expect(texts == (0..<8).map { "\($0)" })
            }
            #expect(await stage.graph.sent.count <= 16 + resends)
            #expect(try await stage.status(ids[7]) == "sent")
        }
    }
}
