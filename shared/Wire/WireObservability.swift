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
            "wire_request_duration_seconds", "Time from a request to its outcome.", labels: ["op", "peer"])
        retries = observability.metrics.counter(
            "wire_retries_total", "Requests that were sent once more.", labels: ["op", "peer"])
    }

    func meter(_ operation: String, peer: String) -> WireMeter {
        WireMeter(operation, peer: peer, requests: requests, durations: durations, retries: retries)
    }
}

/// The metrics of one operation with one peer, looked up once.
final class WireMeter: Sendable {
    private let operation: String
    private let peer: String
    private let requests: Counter
    private let successes: Counter.Series
    private let durations: Histogram.Series
    private let retries: Counter

    init(_ operation: String, peer: String, requests: Counter, durations: Histogram, retries: Counter) {
        self.operation = operation
        self.peer = peer
        self.requests = requests
        self.retries = retries
        self.durations = durations.with(operation, peer)
        successes = requests.with(operation, peer, "ok")
    }

    /// A request has its outcome; no code is success.
    func record(_ code: WireCode?, since began: MonotonicTime) {
        if let code { requests.add(1, operation, peer, code.rawValue) } else { successes.add() }
        durations.observe(MonotonicTime.now() - began)
    }

    func retried() { retries.add(1, operation, peer) }
}

/// The meters of one peer, by operation.
struct WireMeters {
    private let observability: WireObservability
    private let peer: String
    private var meters: [ObjectIdentifier: WireMeter] = [:]

    init(_ observability: WireObservability, peer: String) {
        self.observability = observability
        self.peer = peer
    }

    mutating func meter<Op: Operation>(_: Op.Type) -> WireMeter {
        if let meter = meters[ObjectIdentifier(Op.self)] { return meter }
        let meter = observability.meter(Op.name, peer: peer)
        meters[ObjectIdentifier(Op.self)] = meter
        return meter
    }

    /// Of an operation whose type is not at hand, as when it was refused.
    func meter(named operation: String) -> WireMeter { observability.meter(operation, peer: peer) }
}

extension Span {
    /// Notes how a request ended. What is the caller's own affair, such as "sold out", does not mark the span as failed.
    func note(_ error: WireError) {
        set("wire.code", error.code.rawValue)
        switch error.code {
        case .unavailable, .deadlineExceeded, .internal, .resourceExhausted, .unauthenticated, .permissionDenied,
            .unimplemented, .invalidArgument:
            fail(error)
        case .notFound, .conflict, .cancelled: break
        }
    }
}
