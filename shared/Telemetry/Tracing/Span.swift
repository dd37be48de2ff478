import Synchronization

/// Which part a span plays between processes (OpenTelemetry's SpanKind).
public enum SpanKind: Int, Sendable {
    case `internal` = 1
    /// Answers a remote call.
    case server
    /// Makes a remote call and waits for its answer.
    case client
    /// Leaves work for somebody else.
    case producer
    /// Takes up work that somebody left.
    case consumer
}

/// A piece of work that takes time. It must be ended, from any thread; a second end changes nothing. When its trace is not recorded it only
/// carries its context.
public struct Span: Sendable {
    /// What goes to whoever works for this span.
    public let context: SpanContext
    private let recording: Recording?

    init(context: SpanContext, recording: Recording?) {
        self.context = context
        self.recording = recording
    }

    /// Whether it will be exported, so that costly attributes are worth making.
    public var isRecording: Bool { recording != nil }

    /// Sets an attribute. The first 32 of a span are kept; texts are redacted as in the log, and cut at 1,024 bytes.
    public func set(_ key: StaticString, _ value: LogValue) { recording?.set(key, value) }
    public func set(_ key: StaticString, _ value: String) { recording?.set(key, .string(value)) }
    public func set(_ key: StaticString, _ value: Int) { recording?.set(key, .int(value)) }

    /// Says that this work was caused by another span, too, of this trace or another. The first 16 are kept.
    public func link(to context: SpanContext) { recording?.link(to: context) }

    /// Marks the work as failed.
    public func fail(_ error: any Error) { recording?.fail(safeDescription(of: error)) }

    /// Marks the work as failed, with a reason that is a constant of the program.
    public func fail(_ reason: StaticString) { recording?.fail(reason.description) }

    /// Ends the work; what is set later is not exported.
    public func end() { recording?.end() }

    /// What a span collects until it ends.
    final class Recording: Sendable {
        private let state: Mutex<SpanRecord?>
        private let began = WallClock.monotonic()
        private let finished: SpanBuffer

        init(_ record: SpanRecord, finished: SpanBuffer) {
            state = Mutex(record)
            self.finished = finished
        }

        func set(_ key: StaticString, _ value: LogValue) {
            state.withLock { record in
                guard var attributes = record?.attributes else { return }
                record?.attributes = []
                if let index = attributes.firstIndex(where: { $0.key.description == key.description }) {
                    attributes[index].value = value
                } else if attributes.count < SpanRecord.maximumAttributes {
                    attributes.append((key, value))
                }
                record?.attributes = attributes
            }
        }

        func link(to context: SpanContext) {
            state.withLock { record in
                guard let count = record?.links.count, count < SpanRecord.maximumLinks else { return }
                record?.links.append(context)
            }
        }

        func fail(_ reason: String) { state.withLock { $0?.failure = reason } }

        func end() {
            let record = state.withLock { record in
                defer { record = nil }
                return record
            }
            guard var record else { return }
            record.end = record.start + (WallClock.monotonic() - began)
            finished.append(record)
        }
    }
}

/// A span as it is exported.
struct SpanRecord: Sendable {
    static let maximumAttributes = 32
    static let maximumLinks = 16
    static let maximumTextBytes = 1_024

    var name: String
    var kind: SpanKind
    var context: SpanContext
    var parentSpanID: UInt64?
    /// Nanoseconds since 1970.
    var start: UInt64
    var end: UInt64
    var attributes: [(key: StaticString, value: LogValue)] = []
    var links: [SpanContext] = []
    /// Why the work failed, when it did.
    var failure: String?
}
