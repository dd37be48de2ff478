internal import Telemetry

/// A request and what will answer it.
struct Exchange: Sendable {
    var head: RequestHead
    var resolution: HTTPRouter.Resolution
    /// When the request was complete.
    var began = ContinuousClock.now
    /// The span in which it was handled.
    var span: SpanContext?

    init(_ head: RequestHead, _ resolution: HTTPRouter.Resolution) {
        self.head = head
        self.resolution = resolution
    }

    var isHead: Bool { head.method == "HEAD" }

    var bodyLimit: Int? {
        if case .route(let route, _) = resolution { route.bodyLimit } else { nil }
    }

    /// The metric's label: the route, never the raw path.
    var path: String {
        switch resolution {
        case .route(let route, _): route.pattern
        case .options(let pattern, _), .methodNotAllowed(let pattern, _): pattern
        case .notFound, .notImplemented: "unmatched"
        }
    }

    /// The span that the client says it is in.
    var parent: SpanContext? {
        if let text = head.headers.first("traceparent"), let context = SpanContext(traceparent: text) { return context }
        return head.headers.first("uber-trace-id").flatMap { SpanContext(uberTraceID: $0) }
    }
}
