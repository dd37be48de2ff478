import Contracts
import JSON
import Loop
import Postgres
import Servers
import Support
import Telemetry
import Wire

@testable import orchestrator

/// Orchestrators over a database of their own. Their guests' words are understood from a list, and the test holds the PMS in its hand.
struct ConversationStage: Sendable {
    let loop: EventLoop
    let database: TestDatabase
    let pool: PostgresPool
    let pms = StagePMS()

    static let hotel = 1

    /// Gives `body` a stage, and takes it down afterwards.
    static func with(on server: TestPostgres? = nil, _ body: (ConversationStage) async throws -> Void) async throws {
        let loop = try EventLoop(name: "conversations-test")
        let shared: TestPostgres
        if let server { shared = server } else { shared = try await TestPostgres.shared() }
        let database = try await shared.database(migrations: Schema.migrations)
        try await database.script(
            """
            INSERT INTO hotels (hotel_id, name, time_zone, currency, default_language, web_key, code_prefix)
            VALUES (1, 'Hotel Miramar', 'Europe/Madrid', 'EUR', 'es', 'miramar', 'HM')
            """)
        let pool = PostgresPool(loop: loop, url: database.url, size: 6, applicationName: "conversations-test")
        await pool.start()
        let stage = ConversationStage(loop: loop, database: database, pool: pool)
        var failure: (any Error)?
        do { try await body(stage) } catch { failure = error }
        await pool.stop()
        loop.stop()
        if let failure { throw failure }
    }

    // MARK: Processes

    func store(_ owner: String) -> ConversationStore { ConversationStore(database: pool, owner: owner) }

    /// An orchestrator, with nobody to wake.
    func process(_ owner: String) throws -> Conversations {
        let observability = Observability.quiet(service: ServiceName.orchestrator)
        // Never started: each call fails at once, as while that service is away.
        let nobody = WireClient(
            loop: loop, peer: ServiceName.notifier, host: "127.0.0.1", port: 1, service: ServiceName.orchestrator,
            instance: owner, secret: [1], resolver: Resolver(), observability: observability)
        let services = TurnServices(
            store: store(owner), directory: HotelDirectory(database: pool, loop: loop),
            understanding: StageUnderstanding(), dialogue: Dialogue(templates: try Templates.embedded()), pms: pms,
            notifier: NotifierPort(notifier: nobody, loop: loop),
            voiceNotes: VoiceNotes(notifier: nobody, tts: nobody), observability: observability,
            metrics: TurnMetrics(observability.metrics))
        return Conversations(services: services, loop: loop)
    }

    // MARK: Guests

    private static let receive = Statement(
        "test_receive",
        """
        INSERT INTO inbound_messages
            (hotel_id, channel, message_id, conversation_id, address, content, raw, received_at, not_before)
        SELECT 1, 'whatsapp', $2, $1, '34600111222', $3, '', now() - make_interval(secs => $4), now() - make_interval(secs => $4)
        """)

    /// A message as the gateway stores it, received so many seconds ago.
    @discardableResult
    func receive(
        _ text: String, id: String, in conversation: String = "c1", secondsAgo: Double = 0
    ) async throws -> ConversationKey {
        try await receive(InboundContent(kind: .text, text: text), id: id, in: conversation, secondsAgo: secondsAgo)
    }

    @discardableResult
    func receive(
        _ content: InboundContent, id: String, in conversation: String = "c1", secondsAgo: Double = 0
    ) async throws -> ConversationKey {
        try await pool.execute(
            Self.receive,
            [.text(conversation), .text(id), .json(try JSONCoder.encode(content)), .double(secondsAgo)])
        return ConversationKey(hotel: Self.hotel, conversation: conversation)
    }

    /// As if the process that holds the conversation had been dead for a lease.
    func endLease(of key: ConversationKey) async throws {
        try await database.script(
            """
            UPDATE session_states SET lease_until = clock_timestamp() - interval '1 second'
            WHERE conversation_id = '\(key.conversation)'
            """)
    }

    // MARK: What is looked at

    struct Reply {
        /// The first message of the turn that it answers.
        var answers: String
        var content: OutboundContent

        var text: String {
            if case .message(let message) = content { message.text } else { "" }
        }

        var buttons: [OutboundButton] {
            if case .message(let message) = content { message.buttons } else { [] }
        }

        var cards: [OutboundCard] {
            if case .message(let message) = content { message.cards } else { [] }
        }
    }

    /// In order.
    func replies(in conversation: String = "c1") async throws -> [Reply] {
        try await database.rows(
            "SELECT inbound_message_id, content FROM outbound_messages WHERE conversation_id = '\(conversation)' ORDER BY id"
        ).map {
            Reply(
                answers: try $0.text("inbound_message_id"),
                content: try JSONCoder.decode(OutboundContent.self, from: try $0.json("content")))
        }
    }

    /// The next reply after those that are known, within ten seconds.
    func reply(after known: Int, in conversation: String = "c1") async throws -> Reply {
        var replies: [Reply] = []
        _ = try await eventually {
            replies = try await self.replies(in: conversation)
            return replies.count > known
        }
        guard replies.count > known else { throw ProcessFailure("no reply after \(known)") }
        return replies[known]
    }

    /// The first column of one row, called `v`, as text.
    func value(_ sql: String) async throws -> String {
        try await database.rows("SELECT x.v::text AS v FROM (\(sql)) AS x (v)").first?.optionalText("v") ?? ""
    }

    /// Whether no conversation is claimed, and nothing waits or is half done.
    func isAtRest() async throws -> Bool {
        try await value(
            """
            SELECT (SELECT count(*) FROM session_states WHERE lease_owner IS NOT NULL OR lease_until IS NOT NULL OR attempts <> 0)
                + (SELECT count(*) FROM inbound_messages WHERE processed_at IS NULL)
                + (SELECT count(*) FROM pms_commands WHERE finished_at IS NULL)
            """) == "0"
    }
}

/// Understands a closed list of words, at once.
struct StageUnderstanding: Understanding {
    func understand(_ text: String, in context: UnderstandingContext) async -> Understood {
        func understood(_ intent: Intent, _ entities: [Entity] = []) -> Understood {
            Understood(
                language: .spanish, languageConfidence: 0.9, intents: [RankedIntent(intent: intent, probability: 0.95)],
                entities: entities)
        }
        switch text {
        case "hola": return understood(.greet)
        case "libre":
            let arrival = context.today.adding(days: 30)
            return understood(
                .checkAvailability,
                [
                    .stay(checkIn: arrival, checkOut: arrival.adding(days: 2)),
                    .party(adults: 2, children: [], childrenWithoutAge: 0),
                ])
        case "la primera": return understood(.affirm, [.choice(.ordinal(1))])
        case "Ana Ruiz": return understood(.outOfScope, [.name("Ana Ruiz")])
        case "ana@example.org": return understood(.outOfScope, [.email("ana@example.org")])
        case "sí": return understood(.affirm)
        case "gracias": return understood(.thank)
        default: return understood(.outOfScope)
        }
    }
}
