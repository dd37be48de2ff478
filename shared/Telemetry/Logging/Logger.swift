import JSON

/// Writes one JSON object a line: `ts` (RFC 3339, UTC), `level`, `service`, `message`, `trace_id` and `span_id` of the current span, then the
/// fields.
///
/// A message is a constant of the program, so that nothing of a guest's slips into it; what varies goes into fields. As a second line of
/// defence the texts of fields are redacted (`Redactor`) and cut at 4,096 bytes.
public struct Logger: Sendable {
    public let service: String
    public let level: LogLevel
    private let redactor: Redactor
    private let write: @Sendable ([UInt8]) -> Void

    /// Fields as they stand in a call. Names are snake_case, each once, and none of those that the logger itself sets.
    public typealias Fields = KeyValuePairs<StaticString, LogValue>

    static let maximumTextBytes = 4_096

    /// `secrets` are never written, wherever they turn up. `write` gets whole lines, from any thread.
    public init(
        service: String, level: LogLevel, secrets: [String],
        write: @escaping @Sendable ([UInt8]) -> Void = { StandardOutput.write($0) }
    ) {
        self.service = service
        self.level = level
        self.write = write
        redactor = Redactor(secrets: secrets)
    }

    /// For whoever looks for a fault: what happened to one message or call. Off in production.
    public func debug(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        log(.debug, message, fields)
    }

    /// For whoever wants to know that it runs: starts, stops, connections.
    public func info(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        log(.info, message, fields)
    }

    /// Something failed that is being dealt with.
    public func warning(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        log(.warning, message, fields)
    }

    /// Something failed that a person should look at.
    public func error(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        log(.error, message, fields)
    }

    private func log(_ level: LogLevel, _ message: StaticString, _ fields: () -> Fields) {
        guard level >= self.level else { return }
        var line = JSONWriter()
        line.beginObject()
        line.key("ts")
        line.string(WallClock.text(nanoseconds: WallClock.now()))
        line.key("level")
        line.string(level.name)
        line.key("service")
        line.string(service)
        line.key("message")
        line.string(message.description)
        if let context = Trace.current {
            line.key("trace_id")
            line.string(context.traceIDText)
            line.key("span_id")
            line.string(context.spanIDText)
        }
        for (name, value) in fields() {
            line.key(name.description)
            append(value, to: &line)
        }
        line.endObject()
        write(line.bytes + [UInt8(ascii: "\n")])
    }

    private func append(_ value: LogValue, to line: inout JSONWriter) {
        switch value {
        case .string(let text): line.string(redactor.redact(text, limit: Self.maximumTextBytes))
        case .int(let number): line.int(number)
        case .double(let number): line.double(number)
        case .bool(let value): line.bool(value)
        case .duration(let duration): line.double(duration.seconds)
        case .error(let error):
            line.string(redactor.redact(safeDescription(of: error), limit: Self.maximumTextBytes))
        }
    }
}
