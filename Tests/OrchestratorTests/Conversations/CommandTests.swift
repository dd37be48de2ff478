import Contracts
import Servers
import Support
import Testing

@testable import orchestrator

/// Commands are committed before they run, and whoever finds one resumes it under its key and never decides again (DESIGN.md §4.3).
@Suite struct CommandTests {
    @Test func aWholeBookingRunsEachCommandOnceUnderAKeyOfItsOwn() async throws {
        try await ConversationStage.with { stage async throws in
            let process = try stage.process("one")
            let end = try await stage.talk(["libre", "la primera", "Ana Ruiz", "ana@example.org", "sí"], to: process)
            #expect(end.text.contains("Reservado"))
            #expect(stage.pms.runs.map(\.key) == ["whatsapp:m1:1", "whatsapp:m4:1"])
            #expect(stage.pms.bookings.map(\.status) == [.confirmed])
            #expect(try await stage.isAtRest())
            await process.stop(within: .seconds(1))
        }
    }

    @Test func aCommandWhoseAnswerIsLostIsRunAgainUnderTheSameKey() async throws {
        try await ConversationStage.with { stage async throws in
            let process = try stage.process("one")
            _ = try await stage.talk(["libre", "la primera", "Ana Ruiz", "ana@example.org"], to: process)
            stage.pms.loseAnswers(3)
            let end = try await stage.say("sí", to: process)
            #expect(end.text.contains("Reservado"))
            #expect(stage.pms.runs.map(\.key).suffix(4) == Array(repeating: "whatsapp:m4:1", count: 4)[...])
            #expect(stage.pms.bookings.map(\.status) == [.confirmed])
            await process.stop(within: .seconds(1))
        }
    }

    @Test func aCommandOfADeadProcessIsResumedAndNotDecidedAgain() async throws {
        try await ConversationStage.with { stage async throws in
            let (dying, living) = (try stage.process("dying"), try stage.process("living"))
            _ = try await stage.talk(["libre", "la primera", "Ana Ruiz", "ana@example.org"], to: dying)
            stage.pms.hold()
            let key = try await stage.receive("sí", id: "m4")
            await dying.nudge(key)
            #expect(await eventually { stage.pms.runs.last?.key == "whatsapp:m4:1" })
            // Its lease ends while it hangs, and the guest says no to what was already said yes to.
            try await stage.receive("no", id: "m5")
            try await stage.endLease(of: key)
            await living.nudge(key)
            #expect(await eventually { stage.pms.runs.count { $0.key == "whatsapp:m4:1" } >= 2 })
            stage.pms.release()
            let end = try await stage.reply(after: 4)
            #expect(end.answers == "m4")
            #expect(end.text.contains("Reservado"))
            #expect(try await stage.reply(after: 5).answers == "m5")
            #expect(try await eventually { try await stage.isAtRest() })
            #expect(try await stage.replies().count == 6)
            #expect(stage.pms.reusedKeys.isEmpty)
            #expect(stage.pms.bookings.map(\.status) == [.confirmed])
            for process in [dying, living] { await process.stop(within: .seconds(1)) }
        }
    }

    @Test func aProcessThatStopsGivesATurnBackAndAnotherGoesOnWithItsCommandAtOnce() async throws {
        try await ConversationStage.with { stage async throws in
            let (leaving, staying) = (try stage.process("leaving"), try stage.process("staying"))
            _ = try await stage.talk(["libre", "la primera", "Ana Ruiz", "ana@example.org"], to: leaving)
            stage.pms.hold()
            let key = try await stage.receive("sí", id: "m4")
            await leaving.nudge(key)
            #expect(await eventually { stage.pms.runs.last?.key == "whatsapp:m4:1" })
            await leaving.stop(within: .milliseconds(10))
            #expect(try await stage.value("SELECT lease_owner IS NULL AND attempts = 0 FROM session_states") == "true")
            stage.pms.release()
            await staying.nudge(key)
            #expect(try await stage.reply(after: 4).text.contains("Reservado"))
            #expect(stage.pms.bookings.map(\.status) == [.confirmed])
            #expect(try await stage.isAtRest())
            await staying.stop(within: .seconds(1))
        }
    }

    @Test func aTurnThatIsGivenUpWithItsCommandOpenTakesAllItsMessagesAlong() async throws {
        try await ConversationStage.with { stage async throws in
            let dying = try stage.process("dying")
            _ = try await stage.talk(["libre", "la primera", "Ana Ruiz", "ana@example.org"], to: dying)
            stage.pms.hold()
            let key = try await stage.receive("sí", id: "m4")
            await dying.nudge(key)
            #expect(await eventually { stage.pms.runs.last?.key == "whatsapp:m4:1" })
            // So much came late and sorts first that a claim does not reach the turn's own message.
            for number in 0..<ConversationStore.messagesATurn {
                try await stage.receive("gracias", id: "n\(100 + number)", secondsAgo: 500 - Double(number))
            }
            for victim in ["two", "three"] {
                try await stage.endLease(of: key)
                #expect(try await stage.store(victim).claim(key) != nil)
            }
            try await stage.endLease(of: key)
            let last = try stage.process("last")
            await last.nudge(key)
            #expect(try await stage.reply(after: 4).text.contains("Siento no entenderle"))
            stage.pms.release()
            #expect(
                try await eventually {
                    try await stage.value("SELECT count(*) FROM inbound_messages WHERE processed_at IS NULL") == "0"
                })
            #expect(
                try await stage.value("SELECT reason FROM dead_letters WHERE reference = 'm4'") == "attempts_exhausted")
            #expect(stage.pms.reusedKeys.isEmpty)
            for process in [dying, last] { await process.stop(within: .seconds(1)) }
        }
    }
}

extension ConversationStage {
    /// Says one thing after the other, each after the reply to the one before; gives the last reply. Messages are m0, m1 …
    func talk(_ texts: [String], to process: Conversations) async throws -> Reply {
        var last: Reply?
        for text in texts { last = try await say(text, to: process) }
        guard let last else { throw ProcessFailure("nothing was said") }
        return last
    }

    func say(_ text: String, to process: Conversations) async throws -> Reply {
        let known = try await replies().count
        let key = try await receive(text, id: "m\(known)")
        await process.nudge(key)
        return try await reply(after: known)
    }
}
