import HTTP
import Loop
import Telemetry

/// Brings finished spans to a collector by OTLP/HTTP JSON, once a second. What the collector does not take is dropped and counted: traces are never
/// worth memory or a guest's time.
actor TraceExporter {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let url: String
    private let observability: Observability
    private let outbound: Outbound
    private let failures: Counter
    private var task: Task<Void, Never>?

    private static let batchSpans = 512
    private static let batchesARound = 16

    init(endpoint: String, loop: EventLoop, observability: Observability) {
        self.loop = loop
        self.observability = observability
        url = endpoint + "/v1/traces"
        // Its own requests are not traced: each export would make the next one.
        outbound = Outbound(
            loop: loop,
            observability: Observability(
                logger: observability.logger, metrics: observability.metrics,
                tracer: Tracer(service: "", instance: "", isEnabled: false)))
        failures = observability.metrics.counter(
            "trace_export_failures_total", "Batches of spans that the collector did not take.")
    }

    func start() {
        task = Task.immediate {
            while !Task.isCancelled {
                // Ends by cancellation only, which the loop's condition sees.
                try? await loop.sleep(for: .seconds(1))
                await exportAll()
            }
        }
    }

    /// Stops, and brings what is left.
    func stop() async {
        task?.cancel()
        await task?.value
        await exportAll()
    }

    private func exportAll() async {
        for _ in 0..<Self.batchesARound {
            guard let batch = observability.tracer.takeBatch(max: Self.batchSpans) else { return }
            let request = OutboundRequest(
                "POST", url, headers: ["Content-Type": "application/json"], body: .bytes(batch))
            do {
                let response = try await outbound.send(request, deadline: .seconds(2))
                if response.status >= 300 { failures.add() }
            } catch {
                failures.add()
                return
            }
        }
    }
}
