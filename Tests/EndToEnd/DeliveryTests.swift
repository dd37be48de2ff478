import Postgres
import Servers
import Support
import Testing

extension EndToEnd {
    @Suite struct DeliveryTests {
        @Test func aGreetingAndAQuestionInABurstGetOneReply() async throws {
            let system = try await EndToEnd.system()
            let guest = await system.guest()
            try await guest.write("hola")
            let reply = try await guest.say("¿tienen una doble del 3 al 5 de diciembre para dos?")
            #expect(reply.choice("Doble") != nil)
            #expect(try await system.inbound(of: guest) == (0, 2))
            // A turn later nothing else has come.
            _ = try await guest.say("¿hay wifi?")
            #expect(await guest.all().count == 2)
        }

        @Test func aBareGreetingIsAnsweredAfterAMomentOfQuiet() async throws {
            let guest = await (try EndToEnd.system()).guest()
            #expect(try await guest.say("hola").text.contains("asistente automático"))
        }

        @Test func aWebhookThatComesAgainIsAnsweredOnce() async throws {
            let system = try await EndToEnd.system()
            let guest = await system.guest()
            let webhook = await guest.webhook(.text("¿hay wifi?"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<5 { group.addTask { try await system.deliver(webhook) } }
                try await group.waitForAll()
            }
            _ = try await guest.next()
            try await system.deliver(webhook)
            _ = try await guest.say("¿y desayuno?")
            #expect(await guest.all().count == 2)
            #expect(try await system.inbound(of: guest) == (0, 2))
        }

        @Test func receiptsMoveAMessageUpAndNeverDown() async throws {
            let system = try await EndToEnd.system()
            let guest = await system.guest()
            let sent = try #require(try await guest.say("¿hay wifi?").sent)
            func status() async throws -> String {
                try await system.value("SELECT status FROM outbound_messages WHERE address = $1", [.text(guest.phone)])
            }
            #expect(try await eventually { try await status() == "delivered" })
            await system.graph.report("read", for: sent)
            #expect(try await eventually { try await status() == "read" })
            await system.graph.report("sent", for: sent)
            await system.graph.report("delivered", for: sent)
            // The next message's receipts are applied after these.
            _ = try await guest.say("¿y desayuno?")
            #expect(
                try await eventually {
                    try await system.value(
                        "SELECT string_agg(status, ',' ORDER BY id) FROM outbound_messages WHERE address = $1",
                        [.text(guest.phone)]) == "read,delivered"
                })
        }

        @Test func whatCanNeverBeSentBecomesADeadLetterAndBlocksNothing() async throws {
            let system = try await EndToEnd.system()
            let guest = await system.guest()
            await system.graph.misbehave(.error(131_026), to: guest.phone)
            try await guest.write("¿hay wifi?")
            #expect(
                try await eventually {
                    try await system.value(
                        """
                        SELECT count(*) FROM dead_letters d JOIN outbound_messages o ON d.reference = o.id::text
                        WHERE o.address = $1 AND o.status = 'dead' AND d.direction = 'outbound'
                        """, [.text(guest.phone)]) == "1"
                })
            #expect(try await guest.say("¿y desayuno?").text.contains("desayuno"))
            #expect(try await eventually { try await system.metric("dead_letters", of: "notifier") >= 1 })
        }

        @Test func aGuestWhoWritesTooMuchIsAnsweredLater() async throws {
            let system = try await EndToEnd.system()
            let guest = await system.guest()
            for _ in 0..<35 { try await guest.write("¿hay wifi?") }
            let later = "SELECT count(*) FROM inbound_messages WHERE address = $1 AND not_before > received_at"
            #expect(try await system.value(later, [.text(guest.phone)]) == "5")
            #expect(try await eventually { try await system.inbound(of: guest).waiting == 5 })
            try await system.database.script(
                "UPDATE inbound_messages SET not_before = now() WHERE address = '\(guest.phone)' AND processed_at IS NULL"
            )
            #expect(try await eventually(within: .seconds(30)) { try await system.inbound(of: guest) == (0, 35) })
        }

        @Test func aVisitorWhoWritesTooMuchIsToldWhenToComeAgain() async throws {
            let system = try await EndToEnd.system()
            let visitor = try await system.visitor()
            var refused: Int?
            for number in 0..<32 {
                let id = "00000000-0000-4000-8000-0000000000\(number + 10)"
                let answer = try await system.send(
                    "POST", "/api/chat/messages", headers: visitor.headers,
                    body: Array(#"{"client_id":"\#(id)","text":"¿hay wifi?"}"#.utf8))
                guard answer.status == 429 else { continue }
                refused = number
                #expect((1...61).contains(answer.headers.first("Retry-After").flatMap { Int($0) } ?? 0))
                break
            }
            #expect(refused == 30)
        }
    }
}
