import Contracts
import Glibc
public import HTTP
public import Loop
import Postgres
import Telemetry

/// The whole hotel: PostgreSQL, Redis, the five services as real processes, Meta's stand-in and a collector of traces, each on addresses of its
/// own and gone with the test's process. Anything of it can be killed and started again.
public actor HotelSystem {
    public struct Settings: Sendable {
        public var orchestrators = 1
        public var notifiers = 1
        /// The receipts that Meta sends by itself for each message it takes, in this order.
        public var receipts: [String] = []
        public var logLevel = "INFO"
        /// Whether spans are made and exported.
        public var isTraced = true
        /// Whether PostgreSQL's commits reach the disk.
        public var isDurable = false
        /// For every service, beside or instead of what they are told anyway.
        public var environment: [String: String] = [:]

        public init() {}
    }

    /// One process of a service, and where it listens.
    public struct Member: Sendable {
        public let service: String
        /// From 0, among those of its service.
        public let number: Int
        /// Health and metrics; the gateway's public port.
        public let http: UInt16
        /// Nil: the gateway's, which nobody calls.
        public let wire: UInt16?
        public internal(set) var process: ServiceProcess
        /// What it was before it was killed.
        public internal(set) var past: [ServiceProcess] = []

        /// What all its processes have logged.
        public var lines: [String] { past.flatMap(\.lines) + process.lines }
    }

    public nonisolated let settings: Settings
    /// The loop of the stand-ins and the clients.
    public nonisolated let loop: EventLoop
    public nonisolated let postgres: TestPostgres
    public nonisolated let redis: TestRedis
    public nonisolated let graph: GraphStandIn
    public nonisolated let spans: SpanCollector
    public nonisolated let database: TestDatabase
    /// For requests to the gateway.
    public nonisolated let outbound: Outbound
    public nonisolated let environment: HotelEnvironment
    /// In the order in which they were started.
    public private(set) var members: [Member] = []
    private var guests = 0

    // MARK: Life

    /// Starts everything with the example hotel in it, and waits until all say that they are ready.
    public static func start(_ settings: Settings = Settings()) async throws -> HotelSystem {
        let system = try await HotelSystem(settings)
        try await system.run("gateway", "migrate")
        try await system.run("pms-adapter", "seed")
        try await system.startServices()
        await system.connectReceipts()
        return system
    }

    private init(_ settings: Settings) async throws {
        self.settings = settings
        loop = try EventLoop(name: "hotel-system")
        postgres = try await TestPostgres.start(durable: settings.isDurable)
        redis = try await TestRedis.start()
        database = try await postgres.database()
        var graphSettings = GraphStandIn.Settings()
        graphSettings.statuses = settings.receipts
        graph = GraphStandIn(loop: loop, settings: graphSettings)
        spans = SpanCollector(loop: loop)
        // Its spans go nowhere; it makes them so that each request begins a trace that the services record.
        outbound = Outbound(
            loop: loop,
            observability: Observability(
                logger: Observability.quiet(service: "meta").logger, metrics: Metrics(),
                tracer: Tracer(service: "meta", instance: "test", isEnabled: settings.isTraced, bufferLimit: 1)))
        environment = try HotelEnvironment(
            settings, database: database.url.description, redis: redis.url, graph: try await graph.start(),
            graphSettings: graphSettings, collector: settings.isTraced ? try await spans.start() : nil)
    }

    /// Runs a subcommand of a service to its end.
    public func run(_ service: String, _ arguments: String...) async throws {
        let process = try ServiceProcess(service, arguments, environment: environment.common)
        let status = await process.waitForExit(within: .seconds(60))
        guard status == 0 else {
            throw ProcessFailure("\(service) \(arguments) ended with \(status ?? -1): \(process.lines.suffix(20))")
        }
    }

    private func startServices() async throws {
        for place in environment.places {
            let process = try ServiceProcess(place.service, environment: environment.of(place))
            members.append(
                Member(
                    service: place.service, number: place.number, http: place.http, wire: place.wire, process: process))
        }
        try await waitUntilReady()
    }

    /// Waits until every service that runs says that it is ready.
    public func waitUntilReady(within limit: Duration = .seconds(30)) async throws {
        for member in members where member.process.exitStatus == nil {
            try await member.process.waitUntilReady(port: member.http, within: limit)
        }
    }

    private func connectReceipts() async {
        // Meta's webhooks belong to no trace of ours.
        await graph.sendWebhooks { [self] webhook in await Trace.$current.withValue(nil) { await post(webhook) ?? 0 } }
    }

    /// Stops the services in order, then the servers. Gives each service's exit code; 0 is a clean end.
    @discardableResult
    public func stop() async -> [String: Int32?] {
        var codes: [String: Int32?] = [:]
        for member in members.reversed() {
            member.process.terminate()
            codes["\(member.service) \(member.number)"] = await member.process.waitForExit(within: .seconds(15))
            await member.process.kill()
        }
        await outbound.close()
        await graph.stop()
        await spans.stop()
        await postgres.stop()
        await redis.kill()
        loop.stop()
        return codes
    }

    // MARK: Processes

    public func member(_ service: String, _ number: Int = 0) -> Member {
        guard let member = members.first(where: { $0.service == service && $0.number == number }) else {
            preconditionFailure("no \(service) \(number) was asked for")
        }
        return member
    }

    /// SIGKILL. Waits until it is gone.
    public func kill(_ service: String, _ number: Int = 0) async {
        await member(service, number).process.kill()
    }

    /// Starts a process that has ended once more, with the same addresses, and waits until it is ready when `waits`.
    public func restart(_ service: String, _ number: Int = 0, waits: Bool = true) async throws {
        guard let index = members.firstIndex(where: { $0.service == service && $0.number == number }) else { return }
        let ended = members[index].process
        let process = try ended.startedAgain()
        members[index].past.append(ended)
        members[index].process = process
        if waits { try await process.waitUntilReady(port: members[index].http) }
    }

    /// What all services have logged.
    public var logLines: [String] { members.flatMap(\.lines) }

    // MARK: People

    /// A guest on WhatsApp who is new to the hotel; nil: with any phone number.
    public func guest(_ name: String = "Ana Pérez", phone: String? = nil) -> Guest {
        guests += 1
        return Guest(phone: phone ?? "34600\(100_000 + guests)", name: name, system: self)
    }

    /// A visitor of the web page who is new to the hotel.
    public func visitor() async throws -> WebVisitor { try await WebVisitor.arrive(at: self) }
}
