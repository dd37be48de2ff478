import Telemetry

/// What the wire logs, counts and traces with.
struct WireObservability: Sendable {
    let logger: Logger
    let tracer: Tracer
    private let requests: Counter
    private let durations: Histogram
    private let retries: Counter

    init(_ observability: Observability) {
        logger = observability.logger
        tracer = observability.tracer
        requests = observability.metrics.counter(
            "wire_requests_total", "Requests answered to or by another service, by their outcome.",
            labels: ["op", "peer", "code"])
        durations = observability.metrics.histogram(
            "wire_request_duration_seconds", "Time from a request to its answer.", labels: ["op", "peer"],
            buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10])
        retries = observability.metrics.counter(
            "wire_retries_total", "Requests that were sent once more.", labels: ["op", "peer"])
    }

    /// A request has its outcome; no code is success.
    func record(_ operation: String, peer: String, _ code: WireCode?, since began: MonotonicTime) {
        requests.add(1, operation, peer, code?.rawValue ?? "ok")
        durations.observe(MonotonicTime.now() - began, operation, peer)
    }

    func retried(_ operation: String, peer: String) {
        retries.add(1, operation, peer)
    }
}
