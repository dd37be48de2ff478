import Contracts
import Postgres
import Support
import Testing

@testable import gateway

@Suite struct InboundStoreTests {
    @Test func aGuestOfTwoIdentitiesHasOneConversationWhicheverIsSeen() async throws {
        try await InboundStage.with { stage async throws in
            let both = try await stage.store.link(
                ["ES.abc", "34600"], candidate: "of-phone", hotel: 1, channel: "whatsapp")
            #expect(both == "of-phone")
            #expect(
                try await stage.store.link(["ES.abc"], candidate: "of-user", hotel: 1, channel: "whatsapp")
                    == "of-phone")
            // Another hotel's guest is another guest.
            #expect(
                try await stage.store.link(["ES.abc"], candidate: "elsewhere", hotel: 2, channel: "whatsapp")
                    == "elsewhere")
        }
    }

    @Test func aGuestWhoChangesTheUserIdKeepsTheConversation() async throws {
        try await InboundStage.with { stage async throws in
            let store = stage.store
            #expect(try await store.link(["ES.old"], candidate: "first", hotel: 1, channel: "whatsapp") == "first")
            #expect(
                try await store.link(["ES.new", "ES.old"], candidate: "second", hotel: 1, channel: "whatsapp")
                    == "first")
            #expect(try await store.link(["ES.new"], candidate: "third", hotel: 1, channel: "whatsapp") == "first")
        }
    }

    @Test func whereAnIdentityIsKnownItsConversationIsStoredAndNotTheCandidate() async throws {
        try await InboundStage.with { stage async throws in
            _ = try await stage.store.link(
                ["ES.abc", "34600111222"], candidate: "linked", hotel: 1, channel: "whatsapp")
            let stored = try await stage.store.insert([InboundStage.row("m1"), InboundStage.row("m2", from: "34999")])
            #expect(Set(stored.map(\.key.conversation)) == ["linked", "c-34999"])
        }
    }

    @Test func manyGatewaysThatMeetTheSameGuestAtOnceAgree() async throws {
        try await InboundStage.with { stage async throws in
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        try await stage.store.link(
                            number % 2 == 0 ? ["ES.abc", "34600"] : ["34600", "ES.abc"], candidate: "c1", hotel: 1,
                            channel: "whatsapp")
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(answers == ["c1"])
        }
    }

    @Test func aReceiptIsStoredOnceByMessageAndStatus() async throws {
        try await InboundStage.with { stage async throws in
            func receipt(_ status: String) -> (hotel: Int, status: WebhookPayload.Status) {
                (1, WebhookPayload.Status(providerID: "wamid.1", status: status, outboundID: 7, errorCode: nil))
            }
            try await stage.store.insert([receipt("sent"), receipt("delivered"), receipt("sent")])
            try await stage.store.insert([receipt("sent"), receipt("read")])
            #expect(
                try await stage.value("SELECT string_agg(status, ' ' ORDER BY status) FROM receipts")
                    == "delivered read sent")
        }
    }
}
