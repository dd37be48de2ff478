import Contracts
import Glibc
import Loop
import Postgres
import Telemetry

/// What a guest sent, on its way into `inbound_messages`: limits, whose conversation it is, the commit, and the nudge. Both the webhook and the web page
/// come through here.
actor Intake {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let store: InboundStore
    private let writer: InboundWriter
    private let nudges: Nudges
    private let ids: ConversationID
    private let received: Counter
    /// Conversations of guests who have two identities.
    private var linked: [String: String] = [:]

    private static let remembered = 10_000

    init(
        store: InboundStore, limiter: RateLimiter, nudges: Nudges, ids: ConversationID, observability: Observability,
        loop: EventLoop
    ) {
        self.store = store
        self.nudges = nudges
        self.ids = ids
        self.loop = loop
        writer = InboundWriter(store: store, limiter: limiter, observability: observability, loop: loop)
        received = observability.metrics.counter(
            "messages_inbound_total", "Messages stored for the first time.", labels: ["channel", "kind"])
    }

    /// Unix microseconds.
    nonisolated static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }

    /// Commits the messages of one webhook. When it returns they are stored; when it throws the provider must send them again.
    func take(_ messages: [(hotel: Int, message: WebhookPayload.Message)]) async throws {
        let now = Self.now()
        let traceparent = Trace.current?.traceparent
        var rows: [InboundRow] = []
        for (place, entry) in messages.enumerated() {
            // The order within a webhook is kept by a microsecond each.
            rows.append(try await row(entry.message, hotel: entry.hotel, receivedAt: now + place, traceparent))
        }
        count(try await writer.store(rows), in: rows)
    }

    /// Commits one message of a web visitor, who was already counted.
    func take(_ row: InboundRow) async throws {
        count(try await writer.store([row]), in: [row])
    }

    private func row(
        _ message: WebhookPayload.Message, hotel: Int, receivedAt: Int, _ traceparent: String?
    ) async throws -> InboundRow {
        let channel = "whatsapp"
        let identities = [message.userID, message.phone, message.previousUserID].compactMap(\.self)
        // A phone number is the steadiest name of a guest who has written before user ids existed.
        let identity = message.phone ?? identities[0]
        let candidate = ids.id(hotel: hotel, channel: channel, identity: identity)
        var conversation = candidate
        if message.userID != nil {
            conversation = try await conversationOf(identities, candidate, hotel: hotel, channel: channel)
        }
        return InboundRow(
            hotel: hotel, channel: channel, messageID: message.id, conversation: conversation, identity: identity,
            address: identity, profileName: message.profileName, content: message.content, raw: message.raw,
            sentAt: message.sentAt, receivedAt: receivedAt, notBefore: receivedAt, traceparent: traceparent)
    }

    private func conversationOf(
        _ identities: [String], _ candidate: String, hotel: Int, channel: String
    ) async throws -> String {
        let key = "\(hotel)|\(identities.joined(separator: "|"))"
        if let known = linked[key] { return known }
        let conversation = try await store.link(identities, candidate: candidate, hotel: hotel, channel: channel)
        if linked.count >= Self.remembered { linked.removeAll() }
        linked[key] = conversation
        return conversation
    }

    private func count(_ stored: [StoredMessage], in rows: [InboundRow]) {
        guard !stored.isEmpty else { return }
        let isNew = Set(stored.map(\.messageID))
        for row in rows where isNew.contains(row.messageID) { received.add(1, row.channel, row.content.kind.rawValue) }
        let keys = Set(stored.map(\.key))
        Task.immediate { await nudges.nudge(keys) }
    }
}
