internal import Loop
internal import Telemetry

/// What all connections of a server share. Unchecked: `stamp` and `room` are touched by the loop's thread only; the
/// rest is immutable.
final class ServerContext: @unchecked Sendable {
    let loop: EventLoop
    let router: HTTPRouter
    let limits: HTTPLimits
    let observability: Observability
    private let requests: Counter
    private let durations: Histogram
    private var stamp = StampedFields()
    /// Where every connection reads to; what came is copied to its parser, so that an idle connection holds no buffer.
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)

    init(loop: EventLoop, router: HTTPRouter, limits: HTTPLimits, observability: Observability) {
        self.loop = loop
        self.router = router
        self.limits = limits
        self.observability = observability
        requests = observability.metrics.counter(
            "http_requests_total", "Requests answered, by route and status.", labels: ["method", "path", "status"])
        durations = observability.metrics.histogram(
            "http_request_duration_seconds", "From a request's last byte to its answer.", labels: ["method", "path"],
            buckets: Metrics.secondsBuckets)
    }

    deinit {
        room.deallocate()
    }

    func stampedFields() -> [UInt8] {
        loop.preconditionOnLoop()
        return stamp.bytes()
    }

    /// Counts an answer. `path` is a route's pattern, and methods that nobody knows share a label: a stranger can't
    /// make series.
    func count(method: String, path: String, status: Int, duration: Duration, exemplar: SpanContext?) {
        let method = HTTPRouter.methods.contains(method) ? method : "other"
        requests.add(1, method, path, String(status))
        durations.observe(duration, method, path, exemplar: exemplar)
    }
}
