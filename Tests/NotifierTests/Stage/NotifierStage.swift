import Contracts
import HTTP
import JSON
import Loop
import Postgres
import Redis
import Servers
import Support
import Telemetry
import Wire

@testable import notifier

/// A notifier over a database of its own and the Graph stand-in, with tts and the web's Redis behind it.
struct NotifierStage: Sendable {
    let loop: EventLoop
    let database: TestDatabase
    let pool: PostgresPool
    let graph: GraphStandIn
    let timing: NotifierTiming
    let parts: NotifierParts

    static let hotel = 1
    static let number = "111000111000111"
    /// Short enough for a test, in the same proportions.
    static var timing: NotifierTiming {
        var timing = NotifierTiming()
        timing.lease = .seconds(6)
        timing.send = .seconds(5)
        timing.sentWait = .milliseconds(200)
        timing.receiptWait = .milliseconds(400)
        timing.sweep = .milliseconds(50)
        return timing
    }
    static var policy: FailurePolicy {
        FailurePolicy(firstDelay: .milliseconds(20), longestDelay: .milliseconds(200), receiptWait: timing.receiptWait)
    }

    var notifier: Notifier { parts.notifier }

    // MARK: What guests and orchestrators do

    private static let queueRow = Statement(
        "test_queue",
        """
        INSERT INTO outbound_messages (hotel_id, conversation_id, channel, address, inbound_message_id, ordinal, content, traceparent)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
        """)
    private static let hear = Statement(
        "test_hear",
        """
        INSERT INTO session_states (hotel_id, conversation_id, channel, address, last_inbound_at) VALUES ($1, $2, $3, $4, now())
        ON CONFLICT (hotel_id, conversation_id) DO UPDATE SET last_inbound_at = now()
        """)

    /// A turn's replies, in order; the guest has just written. Gives the rows' ids.
    @discardableResult
    func reply(
        _ conversation: String, _ contents: [OutboundContent], to address: String = "34600111222",
        channel: String = Channel.whatsApp, hotel: Int = hotel, traceparent: String? = nil
    ) async throws -> [Int] {
        try await pool.execute(
            Self.hear, [.int(hotel), .text(conversation), .text(channel), .text(address)])
        var ids: [Int] = []
        let turn = "\(conversation)-\(UInt64.random(in: 0...UInt64.max))"
        for (ordinal, content) in contents.enumerated() {
            let rows = try await pool.query(
                Self.queueRow,
                [
                    .int(hotel), .text(conversation), .text(channel), .text(address), .text(turn), .int(ordinal),
                    .json(try JSONCoder.encode(content)), PostgresValue(traceparent),
                ])
            ids.append(try rows[0].int("id"))
        }
        return ids
    }

    func text(_ text: String) -> OutboundContent { .message(OutboundMessage(text: text, language: .spanish)) }

    /// As the gateway stores a webhook's status.
    func store(_ status: String, for sent: GraphStandIn.Sent, errorCode: Int? = nil, withOurID: Bool = true)
        async throws
    {
        try await pool.execute(
            Self.storeReceipt,
            [
                .int(Self.hotel), .text(sent.id), .text(status),
                withOurID ? PostgresValue(sent.content.callbackData.flatMap { Int($0) }) : .null,
                PostgresValue(errorCode),
            ])
    }

    private static let storeReceipt = Statement(
        "test_receipt",
        """
        INSERT INTO receipts (hotel_id, provider_id, status, outbound_id, error_code, received_at)
        VALUES ($1, $2, $3, $4, $5, now()) ON CONFLICT DO NOTHING
        """)

    /// Lets the stand-in's own receipts reach the database, as a gateway would.
    func connectReceipts() async {
        let pool = pool
        await graph.sendWebhooks { webhook in
            do {
                let value = try JSONDocument(webhook.body).root["entry"]?.elements[0]["changes"]?.elements[0]["value"]
                guard let status = value?["statuses"]?.elements[0], let id = status["id"]?.string,
                    let name = status["status"]?.string
                else { return 400 }
                try await pool.execute(
                    Self.storeReceipt,
                    [
                        .int(Self.hotel), .text(id), .text(name),
                        PostgresValue(status["biz_opaque_callback_data"]?.string.flatMap { Int($0) }), .null,
                    ])
                return 200
            } catch {
                return 503
            }
        }
    }

    // MARK: What is looked at

    func status(_ id: Int) async throws -> String {
        try await value("SELECT status FROM outbound_messages WHERE id = \(id)")
    }

    /// The first column, called `status`, of one row.
    func value(_ sql: String) async throws -> String {
        try await database.rows("SELECT x.v::text AS v FROM (\(sql)) AS x (v)").first?.optionalText("v") ?? ""
    }

    func becomes(_ status: String, _ id: Int) async throws -> Bool {
        try await eventually { try await self.status(id) == status }
    }

    // MARK: Other processes

    /// Another notifier over the same database.
    func another() async -> NotifierParts {
        await NotifierParts.make(
            loop: loop, process: "other", pool: pool, redis: parts.redis, tts: parts.tts,
            settings: GraphSettings(baseURL: await graph.baseURL, version: "v25.0", token: graph.settings.token),
            timing: timing)
    }

    /// A process that claims a row, and (`sends`) sends its first part, and then dies.
    func dies(holding conversation: String, sends: Bool) async throws {
        var timing = timing
        timing.lease = .milliseconds(100)
        let store = OutboundStore(database: pool, process: "dead", timing: timing)
        let key = ConversationKey(hotel: Self.hotel, conversation: conversation)
        let row = try await store.claim([key], limit: 1, closedHotels: [], number: 1)[0]
        guard sends, let content = row.content, case .message(let message) = GraphRendering.parts(of: content)[0] else {
            return
        }
        let client = GraphClient(
            outbound: parts.outbound,
            settings: GraphSettings(baseURL: await graph.baseURL, version: "v25.0", token: graph.settings.token))
        let request = GraphRequest(
            recipient: GraphRecipient(address: row.address), message: message, outboundID: row.id)
        _ = try await client.send(request, from: Self.number, deadline: .seconds(5))
    }
}

/// A notifier as its main wires it.
struct NotifierParts: Sendable {
    let notifier: Notifier
    let outbound: Outbound
    let redis: RedisClient
    let tts: WireClient
    let typing: TypingMarks
    let media: MediaFetch
    let metrics: Metrics

    static func make(
        loop: EventLoop, process: String, pool: PostgresPool, redis: RedisClient, tts: WireClient,
        settings: GraphSettings,
        timing: NotifierTiming, pace: Pace.Limits = Pace.Limits(firstStop: .milliseconds(300), longestStop: .seconds(1))
    ) async -> NotifierParts {
        let observability = Observability.quiet(service: ServiceName.notifier)
        let outbound = Outbound(loop: loop, observability: observability)
        let graph = GraphClient(outbound: outbound, settings: settings)
        let metrics = NotifierMetrics(observability.metrics)
        let media = MediaStore(database: pool)
        let web = WebChannel(redis: redis)
        let store = OutboundStore(database: pool, process: process, timing: timing)
        let receipts = ReceiptStore(database: pool, timing: timing)
        let delivery = Delivery(
            loop: loop, store: store, receipts: receipts,
            whatsApp: WhatsAppChannel(
                graph: graph, voice: VoiceNotes(tts: tts, media: media, timing: timing), timing: timing),
            web: web, pace: pace, policy: NotifierStage.policy, metrics: metrics, observability: observability)
        let notifier = Notifier(
            loop: loop, store: store,
            receipts: Receipts(
                store: receipts, policy: NotifierStage.policy, metrics: metrics, logger: observability.logger),
            delivery: delivery, metrics: metrics, logger: observability.logger)
        return NotifierParts(
            notifier: notifier, outbound: outbound, redis: redis, tts: tts,
            typing: TypingMarks(
                graph: graph, web: web,
                numbers: HotelNumbers(loop: loop, database: pool, standard: nil), metrics: observability.metrics),
            media: MediaFetch(graph: graph, media: media), metrics: observability.metrics)
    }
}

/// Gives `body` a stage, and takes it down afterwards.
///
/// - Parameters:
///   - statuses: receipts that come by themselves.
///   - pace: the notifier's limits.
///   - starts: whether the notifier looks by itself from the start.
func withStage(
    statuses: [String] = [], pace: Pace.Limits = Pace.Limits(firstStop: .milliseconds(300), longestStop: .seconds(1)),
    redis: TestRedis? = nil, starts: Bool = true, on server: TestPostgres? = nil,
    timing: NotifierTiming = NotifierStage.timing,
    _ body: (NotifierStage) async throws -> Void
) async throws {
    Signals.blockForProcess([])
    let loop = try EventLoop(name: "notifier-test")
    let shared: TestPostgres
    if let server { shared = server } else { shared = try await TestPostgres.shared() }
    let database = try await shared.database(migrations: Schema.migrations)
    let pool = PostgresPool(loop: loop, url: database.url, size: 6, applicationName: "notifier-test")
    await pool.start()
    try await database.script(
        """
        INSERT INTO hotels (hotel_id, name, time_zone, currency, default_language, whatsapp_phone_number_id, web_key, code_prefix)
        VALUES (1, 'Hotel Miramar', 'Europe/Madrid', 'EUR', 'es', '\(NotifierStage.number)', 'miramar', 'MIR'),
            (2, 'Hotel Sol', 'Europe/Madrid', 'EUR', 'es', '222000222000222', 'sol', 'SOL');
        """)
    var settings = GraphStandIn.Settings()
    settings.statuses = statuses
    settings.phoneNumberIDs.insert("222000222000222")
    let graph = GraphStandIn(loop: loop, settings: settings)
    let baseURL = try await graph.start()
    let client = RedisClient(loop: loop, url: try RedisURL(redis?.url ?? "unix:///nowhere.sock"))
    await client.start()
    let tts = try await StageTTS.start(loop: loop, pool: pool)
    let parts = await NotifierParts.make(
        loop: loop, process: "one", pool: pool, redis: client, tts: tts.client,
        settings: GraphSettings(baseURL: baseURL, version: "v25.0", token: settings.token), timing: timing, pace: pace)
    let stage = NotifierStage(
        loop: loop, database: database, pool: pool, graph: graph, timing: timing, parts: parts)
    await stage.connectReceipts()
    if starts { await parts.notifier.start() }
    var failure: (any Error)?
    do { try await body(stage) } catch { failure = error }
    await parts.notifier.stop(within: .seconds(1))
    await tts.stop()
    await client.stop()
    await graph.stop()
    await parts.outbound.close()
    await pool.stop()
    loop.stop()
    if let failure { throw failure }
}
