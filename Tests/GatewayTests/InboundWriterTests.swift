import Contracts
import Postgres
import Redis
import Servers
import Support
import Testing

@testable import gateway

@Suite struct InboundWriterTests {
    /// Stores each row by a call of its own, all at once; gives how many each call stored, nil where it failed.
    private func store(_ rows: [InboundRow], by writer: InboundWriter) async -> [Int?] {
        await withTaskGroup(of: (Int, Int?).self) { group in
            for (place, row) in rows.enumerated() {
                group.addTask { (place, (try? await writer.store([row]))?.count) }
            }
            var counts = [Int?](repeating: nil, count: rows.count)
            for await (place, count) in group { counts[place] = count }
            return counts
        }
    }

    @Test func messagesThatArriveTogetherAreCommittedTogether() async throws {
        try await InboundStage.with { stage async throws in
            let rows = (0..<1_000).map { InboundStage.row("m\($0)", from: "34600\($0)") }
            let counts = try await store(rows, by: stage.writer())
            #expect(counts.allSatisfy { $0 == 1 })
            #expect(try await stage.value("SELECT count(*) FROM inbound_messages") == "1000")
            let commits = try await stage.value("SELECT count(DISTINCT xmin::text) FROM inbound_messages")
            #expect(try #require(Int(commits)) <= 100)
        }
    }

    @Test func aRepeatIsStoredOnceWhetherItComesInTheSameBatchOrLater() async throws {
        try await InboundStage.with { stage async throws in
            let writer = try stage.writer()
            let rows = (0..<200).map { InboundStage.row("m\($0 % 20)", text: "text \($0 % 20)") }
            let counts = await store(rows, by: writer)
            #expect(counts.compactMap(\.self).reduce(0, +) == 20)
            #expect(counts.count { $0 == 0 } == 180)
            #expect(
                try await writer.store([InboundStage.row("m1"), InboundStage.row("m2"), InboundStage.row("m2")]).isEmpty
            )
            #expect(try await stage.value("SELECT count(*) FROM inbound_messages") == "20")
        }
    }

    @Test func twoGatewaysThatGetTheSameMessagesInOppositeOrdersStoreThemOnceWithoutDeadlock() async throws {
        try await InboundStage.with { stage async throws in
            let rows = (0..<200).map { InboundStage.row("m\($0)") }
            let writers = [try stage.writer(), try stage.writer()]
            for round in 0..<10 {
                let batch = rows.map { row in
                    var row = row
                    row.messageID += "-\(round)"
                    return row
                }
                async let first = writers[0].store(batch)
                async let second = writers[1].store(batch.reversed())
                #expect(try await first.count + second.count == batch.count)
            }
            #expect(try await stage.value("SELECT count(*) FROM inbound_messages") == "2000")
        }
    }

    @Test func aRowThatTheDatabaseRefusesIsKeptWithoutWhatItRefusesAndCostsNoOtherAnything() async throws {
        try await InboundStage.with { stage async throws in
            var refused = InboundStage.row("bad")
            refused.profileName = "a\0b"
            let rows = [InboundStage.row("good-1"), refused, InboundStage.row("good-2")]
            let stored = try await stage.writer().store(rows)
            #expect(Set(stored.map(\.messageID)) == ["good-1", "bad", "good-2"])
            #expect(
                try await stage.value(
                    "SELECT string_agg(content ->> 'kind', ' ' ORDER BY message_id) FROM inbound_messages")
                    == "unsupported text text")
            #expect(
                try await stage.value("SELECT convert_from(raw, 'UTF8') FROM inbound_messages WHERE message_id = 'bad'")
                    == #"{"id":"bad"}"#)
        }
    }

    @Test func whileTheDatabaseIsAwayEveryCallerHearsSoAndWhatTheySendAgainIsStoredOnce() async throws {
        let server = try await TestPostgres.start()
        try await InboundStage.with(on: server) { stage async throws in
            let writer = try stage.writer()
            #expect(try await writer.store([InboundStage.row("before")]).count == 1)
            await server.kill()
            let rows = (0..<300).map { InboundStage.row("m\($0)") }
            #expect(await store(rows, by: writer).allSatisfy { $0 == nil })
            try await server.start()
            #expect(await eventually { (try? await writer.store([InboundStage.row("after")])) != nil })
            let counts = await store(rows + rows, by: writer)
            #expect(counts.compactMap(\.self).reduce(0, +) == 300)
            #expect(try await stage.value("SELECT count(*) FROM inbound_messages") == "302")
        }
        await server.stop()
    }

    @Test func aGuestOverTheLimitIsAnsweredLaterAndARepeatCountsOnce() async throws {
        let server = try await TestRedis.shared()
        try await InboundStage.with { stage async throws in
            let redis = RedisClient(loop: stage.loop, url: try RedisURL(server.url))
            await redis.start()
            #expect(await eventually { await redis.isConnected })
            let guest = "34\(UInt32.random(in: 100_000_000...999_999_999))"
            let limit = 5
            let writer = try stage.writer(redis: redis, limits: RateLimits(guest: limit, hotel: 1_000_000))
            for _ in 0..<10 * limit { _ = try await writer.store([InboundStage.row("m-\(guest)-1", from: guest)]) }
            // What is taken back is taken back in a moment.
            for number in 2...limit {
                _ = try await writer.store([InboundStage.row("m-\(guest)-\(number)", from: guest)])
            }
            #expect(
                try await stage.value("SELECT count(*) FROM inbound_messages WHERE not_before > received_at") == "0")
            for number in 0...limit {
                _ = try await writer.store([InboundStage.row("n-\(guest)-\(number)", from: guest)])
            }
            #expect(
                try await stage.value("SELECT count(*) > 0 FROM inbound_messages WHERE not_before > received_at")
                    == "true")
            await redis.stop()
        }
    }

    @Test func moreThanMayWaitIsRefusedAndNothingOfItIsStored() async throws {
        try await InboundStage.with { stage async throws in
            let rows = (0...InboundWriter.longestQueue).map { InboundStage.row("m\($0)") }
            await #expect(throws: InboundOverload.self) { try await stage.writer().store(rows) }
            #expect(try await stage.value("SELECT count(*) FROM inbound_messages") == "0")
        }
    }
}
