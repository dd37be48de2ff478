/// What a part is handed to be seen by: its log, its metrics and its traces.
public struct Observability: Sendable {
    public let logger: Logger
    public let metrics: Metrics
    public let tracer: Tracer

    public init(logger: Logger, metrics: Metrics, tracer: Tracer) {
        self.logger = logger
        self.metrics = metrics
        self.tracer = tracer
    }

    /// Logs nothing and records no span, for tests and tools; its metrics count as always.
    public static func quiet(service: String) -> Observability {
        Observability(
            logger: Logger(service: service, level: .error, secrets: []) { _ in }, metrics: Metrics(),
            tracer: Tracer(service: service, instance: "quiet", isEnabled: false))
    }
}
