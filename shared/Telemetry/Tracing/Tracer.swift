/// Makes spans and keeps those that have ended until they are exported.
///
/// A trace that somebody else began is recorded when they record it; a new one by the sampling ratio. When the tracer is disabled, or the trace
/// is not recorded, a span costs next to nothing and contexts are still handed on.
public final class Tracer: Sendable {
    private let service: String
    private let instance: String
    private let isEnabled: Bool
    private let sampler: Sampler
    private let redactor: Redactor
    private let ids = SpanIDs()
    private let finished: SpanBuffer

    /// Attributes as they stand in a call.
    public typealias Attributes = KeyValuePairs<StaticString, LogValue>

    /// `bufferLimit`: ended spans that wait for export; more are dropped and counted. `sampleRatio`: which part of new traces is recorded, 0
    /// to 1. `secrets` are never exported, wherever they turn up.
    public init(
        service: String, instance: String, isEnabled: Bool, bufferLimit: Int = 4_096, sampleRatio: Double = 1,
        secrets: [String] = []
    ) {
        self.service = service
        self.instance = instance
        self.isEnabled = isEnabled
        sampler = Sampler(ratio: sampleRatio)
        redactor = Redactor(secrets: secrets)
        finished = SpanBuffer(limit: bufferLimit)
    }

    /// Runs `body` as a span of its own, the current one meanwhile. An error that it throws marks the span as failed.
    ///
    /// `parent` nil means the running task's current span; without any a new trace begins. `name` is of low cardinality: it holds no id.
    public func withSpan<Result>(
        _ name: String, kind: SpanKind = .internal, parent: SpanContext? = nil,
        attributes: @autoclosure () -> Attributes = [:], isolation: isolated (any Actor)? = #isolation,
        _ body: (Span) async throws -> Result
    ) async rethrows -> Result {
        let span = startSpan(name, kind: kind, parent: parent, attributes: attributes())
        defer { span.end() }
        return try await Trace.$current.withValue(span.context) {
            // Captured, so that the closure is the caller's actor's: else it would leave that actor's executor and come back.
            _ = isolation
            do {
                return try await body(span)
            } catch {
                span.fail(error)
                throw error
            }
        }
    }

    /// Begins a span that the caller ends, for code that works by callbacks. It does not become the current one.
    public func startSpan(
        _ name: String, kind: SpanKind = .internal, parent: SpanContext? = nil,
        attributes: @autoclosure () -> Attributes = [:]
    ) -> Span {
        let parent = parent ?? Trace.current
        guard isEnabled, parent?.isSampled ?? true else {
            // Who comes after hangs on the last span that is recorded, and so the parent's context goes on as it is.
            return Span(context: parent ?? newContext(isSampled: false), recording: nil)
        }
        var context = newContext(isSampled: true)
        if let parent {
            context.traceIDHigh = parent.traceIDHigh
            context.traceIDLow = parent.traceIDLow
        } else if !sampler.samplesNewTrace(traceIDLow: context.traceIDLow) {
            context.isSampled = false
            return Span(context: context, recording: nil)
        }
        let start = WallClock.now()
        let record = SpanRecord(
            name: name, kind: kind, context: context, parentSpanID: parent?.spanID, start: start, end: start,
            attributes: attributes().prefix(SpanRecord.maximumAttributes).map { ($0.key, $0.value) })
        return Span(context: context, recording: Span.Recording(record, finished: finished))
    }

    /// Takes up to `max` ended spans as an OTLP/HTTP JSON `ExportTraceServiceRequest`, the body of a POST to `/v1/traces`; nil when there are
    /// none. What is taken and not delivered is lost.
    public func takeBatch(max: Int = 512) -> [UInt8]? {
        let records = finished.take(max)
        if records.isEmpty { return nil }
        return OTLPRequest(service: service, instance: instance, redactor: redactor).bytes(records)
    }

    /// Ended spans that wait.
    public var waitingSpans: Int { finished.count }

    /// Ended spans that were dropped since the start because too many waited.
    public var droppedSpans: Int { finished.dropped }

    private func newContext(isSampled: Bool) -> SpanContext {
        SpanContext(traceIDHigh: ids.next(), traceIDLow: ids.next(), spanID: ids.next(), isSampled: isSampled)
    }
}
