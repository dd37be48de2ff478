import Contracts
import JSON
import Servers
import Support
import Testing

@testable import orchestrator

/// Whole turns over a real database: each message is taken once, whatever happens to the processes (DESIGN.md §4).
@Suite struct TurnTests {
    @Test func twoProcessesThatAreBothToldTakeEachTurnOnce() async throws {
        try await ConversationStage.with { stage async throws in
            let processes = [try stage.process("one"), try stage.process("two")]
            for process in processes { await process.start() }
            let keys = (0..<40).map { ConversationKey(hotel: ConversationStage.hotel, conversation: "c\($0)") }
            for round in 0..<3 {
                for key in keys {
                    try await stage.receive("gracias", id: "\(key.conversation)-\(round)", in: key.conversation)
                    for process in processes { await process.nudge(key) }
                }
            }
            #expect(try await eventually { try await stage.isAtRest() })
            for process in processes { await process.stop(within: .seconds(5)) }
            #expect(try await stage.isAtRest())
            let twice =
                "SELECT inbound_message_id FROM outbound_messages GROUP BY inbound_message_id HAVING count(*) > 1"
            #expect(try await stage.value("SELECT count(*) FROM (\(twice)) AS t") == "0")
            // Messages that came together may be one turn.
            let versions = try await stage.value("SELECT sum(version) FROM session_states")
            #expect(try await stage.value("SELECT count(*) FROM outbound_messages") == versions)
            #expect(try await stage.value("SELECT count(*) FROM dead_letters") == "0")
        }
    }

    @Test func moreThanATurnHoldsMakesTheNextTurn() async throws {
        try await ConversationStage.with { stage async throws in
            var key = ConversationKey(hotel: ConversationStage.hotel, conversation: "c1")
            for number in 0..<100 {
                key = try await stage.receive("gracias", id: "m\(100 + number)", secondsAgo: 200 - Double(number))
            }
            let process = try stage.process("one")
            await process.nudge(key)
            #expect(try await eventually { try await stage.isAtRest() })
            #expect(try await stage.replies().map(\.answers) == ["m100", "m164"])
            await process.stop(within: .seconds(1))
        }
    }

    @Test func aLateMessageThatSortsBeforeAnsweredOnesIsAnsweredToo() async throws {
        try await ConversationStage.with { stage async throws in
            let key = try await stage.receive("gracias", id: "m2")
            let process = try stage.process("one")
            await process.nudge(key)
            _ = try await stage.reply(after: 0)
            try await stage.receive("gracias", id: "m1", secondsAgo: 60)
            await process.nudge(key)
            #expect(try await stage.reply(after: 1).answers == "m1")
            #expect(try await stage.isAtRest())
            await process.stop(within: .seconds(1))
        }
    }

    @Test func aMessageWhoseNudgeWasLostIsFoundByTheSweep() async throws {
        try await ConversationStage.with { stage async throws in
            try await stage.receive("gracias", id: "m1", secondsAgo: 2)
            let process = try stage.process("one")
            await process.start()
            #expect(try await stage.reply(after: 0).answers == "m1")
            await process.stop(within: .seconds(1))
        }
    }

    @Test func aTurnThatWaitsForQuietBeginsAnewWhenAnotherProcessTookItMeanwhile() async throws {
        try await ConversationStage.with { stage async throws in
            let (slow, quick) = (try stage.process("slow"), try stage.process("quick"))
            let key = try await stage.receive("hola", id: "m1")
            await slow.nudge(key)
            #expect(try await eventually { try await stage.value("SELECT lease_owner FROM session_states") == "slow" })
            // It is stuck for longer than its lease; the guest's quiet is over when another process looks.
            try await stage.database.script("UPDATE inbound_messages SET received_at = now() - interval '1 minute'")
            try await stage.endLease(of: key)
            await quick.nudge(key)
            #expect(try await stage.reply(after: 0).text.contains("asistente automático"))
            try await stage.receive("gracias", id: "m2")
            await slow.nudge(key)
            await slow.start()
            // What the other turn told the guest is remembered: nobody is introduced twice.
            let second = try await stage.reply(after: 1)
            #expect(second.answers == "m2")
            #expect(!second.text.contains("asistente automático"))
            #expect(try await eventually { try await stage.isAtRest() })
            #expect(try await stage.replies().count == 2)
            for process in [slow, quick] { await process.stop(within: .seconds(1)) }
        }
    }

    @Test func threeDeathsOverATurnMakeItADeadLetterACallForAPersonAndAPoliteReply() async throws {
        try await ConversationStage.with { stage async throws in
            let key = try await stage.receive("libre", id: "m1", secondsAgo: 2)
            try await stage.receive("gracias", id: "m2", secondsAgo: 1)
            for victim in ["one", "two", "three"] {
                #expect(try await stage.store(victim).claim(key) != nil)
                try await stage.endLease(of: key)
            }
            let process = try stage.process("four")
            await process.nudge(key)
            #expect(
                try await stage.reply(after: 0).text
                    == "Siento no entenderle. He avisado a recepción para que le conteste una persona.")
            #expect(
                try await stage.value(
                    "SELECT string_agg(reference || ' ' || reason, ', ' ORDER BY reference) FROM dead_letters")
                    == "m1 attempts_exhausted, m2 attempts_exhausted")
            #expect(try await stage.value("SELECT string_agg(reason, ',') FROM handoffs") == "attempts_exhausted")
            #expect(try await stage.isAtRest())
            // The guest can go on.
            try await stage.receive("gracias", id: "m3")
            await process.nudge(key)
            #expect(try await stage.reply(after: 1).answers == "m3")
            await process.stop(within: .seconds(1))
        }
    }

    @Test func aTurnThatFailsThreeTimesForAReasonOfItsOwnIsGivenUp() async throws {
        try await ConversationStage.with { stage async throws in
            try await stage.database.script(
                """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poison'; END $$;
                CREATE TRIGGER refuse BEFORE INSERT ON outbound_messages FOR EACH ROW
                    WHEN (NEW.conversation_id = 'poison' AND NEW.content::text NOT LIKE '%Siento no entenderle%') EXECUTE FUNCTION refuse();
                """)
            try await stage.receive("gracias", id: "m1", in: "poison", secondsAgo: 2)
            try await stage.receive("gracias", id: "m2", in: "healthy", secondsAgo: 2)
            let process = try stage.process("one")
            await process.start()
            #expect(try await stage.reply(after: 0, in: "healthy").answers == "m2")
            #expect(try await stage.reply(after: 0, in: "poison").text.contains("Siento no entenderle"))
            #expect(
                try await stage.value("SELECT string_agg(reference || ' ' || reason, ', ') FROM dead_letters")
                    == "m1 turn_failed")
            #expect(try await eventually { try await stage.isAtRest() })
            await process.stop(within: .seconds(1))
        }
    }

    @Test func whileTheDatabaseIsAwayNothingIsLostAndAfterwardsEachMessageIsAnsweredOnce() async throws {
        let server = try await TestPostgres.start()
        try await ConversationStage.with(on: server) { stage async throws in
            let process = try stage.process("one")
            await process.start()
            let keys = (0..<20).map { ConversationKey(hotel: ConversationStage.hotel, conversation: "c\($0)") }
            for key in keys { try await stage.receive("libre", id: "\(key.conversation)-m", in: key.conversation) }
            for key in keys { await process.nudge(key) }
            for _ in 0..<3 {
                await server.kill()
                try await server.start()
                _ = await eventually { await stage.pool.isReachable }
                for key in keys { await process.nudge(key) }
            }
            #expect(try await eventually(within: .seconds(20)) { try await stage.isAtRest() })
            await process.stop(within: .seconds(1))
            #expect(try await stage.value("SELECT count(*) FROM outbound_messages") == "20")
            #expect(try await stage.value("SELECT count(DISTINCT inbound_message_id) FROM outbound_messages") == "20")
            #expect(try await stage.value("SELECT count(*) FROM dead_letters") == "0")
        }
        await server.stop()
    }
}
