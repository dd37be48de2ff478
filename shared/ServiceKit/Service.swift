import Crypto
public import HTTP
public import Loop
public import Postgres
public import Redis
public import Telemetry
public import Wire

/// A service while it lives: its loop, what it shares with its parts, and what must be stopped at the end. Parts stop in the reverse order of their
/// start, so listeners, which start last, close first.
public actor Service {
    public nonisolated let name: String
    /// Random, new with each process: leases and wire connections name it.
    public nonisolated let instance: String
    public nonisolated let loop: EventLoop
    public nonisolated let common: CommonConfiguration
    public nonisolated let observability: Observability
    public nonisolated let health: Health
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let resolver = Resolver()
    private var stops: [@Sendable () async -> Void] = []

    init(name: String, loop: EventLoop, common: CommonConfiguration, secrets: [String]) {
        self.name = name
        self.loop = loop
        self.common = common
        instance = hex(randomBytes(8))
        observability = Observability(
            logger: Logger(service: name, level: common.logLevel, secrets: secrets), metrics: Metrics(),
            tracer: Tracer(
                service: name, instance: instance, isEnabled: common.traceEndpoint != nil, secrets: secrets))
        health = Health(loop: loop)
        Self.showWhatWasDropped(observability)
    }

    /// What could not be said is at least counted.
    private static func showWhatWasDropped(_ observability: Observability) {
        let lines = observability.metrics.gauge("log_dropped_lines", "Lines of the log that nobody read in time.")
        let spans = observability.metrics.gauge(
            "trace_dropped_spans", "Ended spans that were dropped because too many waited.")
        let tracer = observability.tracer
        observability.metrics.onRender {
            lines.set(Double(StandardOutput.droppedLines))
            spans.set(Double(tracer.droppedSpans))
        }
    }

    /// Does something when the service stops, before the parts that were there already.
    public func onStop(_ body: @escaping @Sendable () async -> Void) {
        stops.append(body)
    }

    /// A pool of connections, and the readiness check `database`. `isEssential` as in `Health`.
    public func postgres(_ url: PostgresURL, connections: Int, isEssential: Bool = true) async -> PostgresPool {
        let pool = PostgresPool(
            loop: loop, url: url, size: connections, applicationName: name, observability: observability)
        await pool.start()
        await health.add("database", isEssential: isEssential) {
            // Only whether it answers matters here; the pool logs why it does not.
            (try? await pool.ping(deadline: .seconds(1))) != nil
        }
        onStop { await pool.stop() }
        return pool
    }

    /// A connection to Redis, and the readiness check `redis`. Never essential: Redis holds only what can be lost.
    public func redis(_ url: RedisURL) async -> RedisClient {
        let client = RedisClient(loop: loop, url: url, observability: observability)
        await client.start()
        await health.add("redis", isEssential: false) {
            // As above.
            (try? await client.command(["PING"], deadline: .seconds(1))) != nil
        }
        onStop { await client.stop() }
        return client
    }

    /// A client of another service; `check` is its name in readiness, nil for none.
    public func peer(
        _ peer: String, at endpoints: [Endpoint], check: String?, isEssential: Bool = false
    ) async -> WireClient {
        let client = WireClient(
            loop: loop, peer: peer, hosts: endpoints.map { ($0.host, $0.port) }, service: name, instance: instance,
            secret: common.wireSecret, resolver: resolver, observability: observability)
        await client.start()
        if let check {
            await health.add(check, isEssential: isEssential) { await client.isConnected }
        }
        onStop { await client.stop() }
        return client
    }

    /// A server for the operations of this service; register handlers, then `listen`.
    public nonisolated func wireServer() -> WireServer {
        WireServer(
            loop: loop, service: name, instance: instance, secret: common.wireSecret, observability: observability)
    }

    public func listen(_ server: WireServer, on address: SocketAddress) async throws {
        let bound = try await server.listen(on: address)
        observability.logger.info("listening", ["protocol": "wire", "address": .string(bound.description)])
        let drainTime = common.drainTime
        onStop {
            await server.drain(for: drainTime)
            await server.close()
        }
    }

    /// Serves health, metrics and the given routes.
    public func serve(_ routes: HTTPRouter = HTTPRouter(), on address: SocketAddress) async throws {
        var router = routes
        AdminRoutes.add(to: &router, health: health, metrics: observability.metrics)
        let server = HTTPServer(loop: loop, router: router, observability: observability)
        let bound = try await server.listen(on: address)
        observability.logger.info("listening", ["protocol": "http", "address": .string(bound.description)])
        let drainTime = common.drainTime
        onStop {
            await server.drain(for: drainTime)
            await server.close()
        }
    }

    func exportTraces() async {
        guard let endpoint = common.traceEndpoint else { return }
        let exporter = TraceExporter(endpoint: endpoint, loop: loop, observability: observability)
        await exporter.start()
        onStop { await exporter.stop() }
    }

    func stop() async {
        await health.enter(.stopping)
        while let stop = stops.popLast() { await stop() }
    }
}
