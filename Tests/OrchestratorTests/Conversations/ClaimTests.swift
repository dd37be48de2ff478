import Contracts
import JSON
import Postgres
import Support
import Testing

@testable import orchestrator

/// What keeps two processes from the same turn: leases and attempts (function `claim_conversation`).
@Suite struct ClaimTests {
    @Test func aConversationIsOneProcessesAtATime() async throws {
        try await ConversationStage.with { stage async throws in
            let key = try await stage.receive("hola", id: "m1")
            let first = try await stage.store("one").claim(key)
            #expect(first?.messages.map(\.id) == ["m1"])
            #expect(first?.attempts == 1)
            #expect(try await stage.store("two").claim(key) == nil)
        }
    }

    @Test func aClaimByTheSameLivingProcessIsNoNewAttempt() async throws {
        try await ConversationStage.with { stage async throws in
            let key = try await stage.receive("hola", id: "m1")
            for _ in 0..<5 { #expect(try await stage.store("one").claim(key)?.attempts == 1) }
            try await stage.endLease(of: key)
            #expect(try await stage.store("one").claim(key)?.attempts == 1)
            try await stage.endLease(of: key)
            #expect(try await stage.store("two").claim(key)?.attempts == 2)
        }
    }

    @Test func aConversationThatIsGivenBackIsFreeAtOnceAndNoAttempt() async throws {
        try await ConversationStage.with { stage async throws in
            let key = try await stage.receive("hola", id: "m1")
            for _ in 0..<5 {
                for owner in ["one", "two"] {
                    #expect(try await stage.store(owner).claim(key)?.attempts == 1)
                    try await stage.store(owner).release(key)
                }
            }
        }
    }

    @Test func whereNothingWaitsNothingIsClaimed() async throws {
        try await ConversationStage.with { stage async throws in
            let key = ConversationKey(hotel: ConversationStage.hotel, conversation: "c1")
            #expect(try await stage.store("one").claim(key) == nil)
            #expect(try await stage.value("SELECT count(*) FROM session_states") == "0")
        }
    }

    @Test func aClaimThatWaitedForAnothersTurnAndFindsNothingLeavesNoLeaseAndNoAttempt() async throws {
        try await ConversationStage.with { stage async throws in
            let key = try await stage.receive("hola", id: "m1")
            #expect(try await stage.store("one").claim(key) != nil)
            try await stage.endLease(of: key)
            let late = try await stage.pool.transaction(deadline: .seconds(10)) { transaction in
                _ = try await transaction.query(Self.takeTurn, [])
                // Sees the message waiting, and then the session's row locked.
                let late = Task { try await stage.store("two").claim(key) }
                #expect(
                    try await eventually {
                        try await stage.value("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0"
                    })
                return late
            }
            #expect(try await late.value == nil)
            #expect(try await stage.isAtRest())
            try await stage.receive("gracias", id: "m2")
            #expect(try await stage.store("three").claim(key)?.attempts == 1)
        }
    }

    /// As `commit_turn` does it, whose transaction the test keeps open.
    private static let takeTurn = Statement(
        "test_take_turn",
        """
        WITH session AS (
            UPDATE session_states SET version = version + 1, lease_owner = NULL, lease_until = NULL, attempts = 0 RETURNING 1
        )
        UPDATE inbound_messages SET processed_at = now() FROM session
        """)

    @Test func allThatWaitsIsTakenInTheOrderInWhichItCameAlsoWhatComesLateAndSortsFirst() async throws {
        try await ConversationStage.with { stage async throws in
            let key = try await stage.receive("dos", id: "m2", secondsAgo: 2)
            try await stage.receive("tres", id: "m3", secondsAgo: 1)
            #expect(try await stage.store("one").claim(key)?.messages.map(\.id) == ["m2", "m3"])
            try await stage.receive("uno", id: "m1", secondsAgo: 3)
            #expect(try await stage.store("one").claim(key)?.messages.map(\.id) == ["m1", "m2", "m3"])
        }
    }

    @Test func aGuestOverTheLimitIsNotTakenBeforeTheTimeIsOver() async throws {
        try await ConversationStage.with { stage async throws in
            let key = try await stage.receive("hola", id: "m1", secondsAgo: -60)
            #expect(try await stage.store("one").claim(key) == nil)
            #expect(try await stage.store("one").waiting(limit: 10).isEmpty)
        }
    }

    @Test func aSweepFindsWhatWaitsAndLeavesOutWhatAnotherHas() async throws {
        try await ConversationStage.with { stage async throws in
            let oldest = try await stage.receive("hola", id: "m1", in: "c1", secondsAgo: 30)
            let newer = try await stage.receive("hola", id: "m2", in: "c2", secondsAgo: 20)
            try await stage.receive("hola", id: "m3", in: "c3")
            #expect(try await stage.store("one").waiting(limit: 10) == [oldest, newer])
            #expect(try await stage.store("two").claim(oldest) != nil)
            #expect(try await stage.store("one").waiting(limit: 10) == [newer])
            #expect(try await stage.store("two").waiting(limit: 10) == [oldest, newer])
            try await stage.endLease(of: oldest)
            #expect(try await stage.store("one").waiting(limit: 10) == [oldest, newer])
        }
    }

    @Test func whatAnotherVersionStoredKeepsNobodyWaiting() async throws {
        try await ConversationStage.with { stage async throws in
            let key = try await stage.receive("hola", id: "m1", secondsAgo: 1)
            try await stage.database.script(
                "UPDATE inbound_messages SET content = '{\"kind\":\"hologram\",\"beam\":[1]}'")
            try await stage.receive("gracias", id: "m2")
            let messages = try await stage.store("one").claim(key)?.messages
            #expect(messages?.map(\.id) == ["m1", "m2"])
            #expect(messages?.map(\.content.kind) == [.unsupported, .text])
        }
    }

    @Test func aProcessThatLostItsLeaseCommitsNothing() async throws {
        try await ConversationStage.with { stage async throws in
            let key = try await stage.receive("hola", id: "m1")
            let (slow, quick) = (stage.store("slow"), stage.store("quick"))
            let stale = try #require(try await slow.claim(key))
            try await stage.endLease(of: key)
            let claim = try #require(try await quick.claim(key))
            func end(_ claim: Claim, _ text: String) -> TurnEnd {
                TurnEnd(
                    memory: SessionMemory(), messages: claim.messages.map(\.id),
                    replies: [.message(OutboundMessage(text: text, language: .spanish))], handoff: nil,
                    traceparent: nil,
                    deadReason: nil, finished: nil)
            }
            await #expect(throws: PostgresError.self) {
                try await slow.commit(end(stale, "slow"), key, version: stale.version)
            }
            #expect(try await quick.commit(end(claim, "quick"), key, version: claim.version) == false)
            await #expect(throws: PostgresError.self) {
                try await slow.commit(end(stale, "slow"), key, version: stale.version)
            }
            let suspended = SuspendedTurn(messages: ["m1"], command: .cancel(code: "HM-1"), ordinal: 1)
            await #expect(throws: PostgresError.self) {
                try await slow.commit(
                    suspended, SessionMemory(), key, channel: "whatsapp", version: stale.version, finished: nil)
            }
            #expect(try await stage.replies().map(\.text) == ["quick"])
            #expect(try await stage.value("SELECT count(*) FROM pms_commands") == "0")
            #expect(try await stage.isAtRest())
        }
    }
}
