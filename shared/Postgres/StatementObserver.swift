import Telemetry

/// How statements are seen from outside: a span each, their durations and their errors. Nothing of their parameters.
struct StatementObserver {
    private let tracer: Tracer
    private let durations: Histogram
    private let errors: Counter
    private let connections: Gauge
    /// By the statement's name, so that labels are put together once.
    private var series: [String: Histogram.Series] = [:]

    init(_ observability: Observability) {
        tracer = observability.tracer
        durations = observability.metrics.histogram(
            "postgres_query_duration_seconds", "Time from a statement's call to its answer.", labels: ["statement"],
            buckets: [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5])
        errors = observability.metrics.counter(
            "postgres_errors_total", "Statements that gave an error.", labels: ["statement", "kind"])
        connections = observability.metrics.gauge("postgres_connections", "Open connections to the database.")
    }

    struct Observation {
        let statement: Statement
        /// Nil: a statement that serves no request (a probe, a sweep) begins no trace.
        let span: Span?
        let start: ContinuousClock.Instant
    }

    func begin(_ statement: Statement) -> Observation {
        let span = Trace.current.map {
            tracer.startSpan(
                statement.spanName, kind: .client, parent: $0, attributes: ["db.system.name": "postgresql"])
        }
        return Observation(statement: statement, span: span, start: .now)
    }

    mutating func end(_ observation: Observation, _ outcome: Job.Outcome) {
        let statement = observation.statement
        let known = series[statement.name] ?? durations.with(statement.name)
        series[statement.name] = known
        known.observe(.now - observation.start, exemplar: observation.span?.context)
        if case .failure(let error) = outcome {
            errors.add(1, statement.name, error.kind.rawValue)
            if let state = error.sqlState { observation.span?.set("db.response.status_code", state) }
            observation.span?.fail(error)
        }
        observation.span?.end()
    }

    func connectionCount(is count: Int) { connections.set(Double(count)) }
}
