public import Telemetry

/// The settings that every service has.
public struct CommonConfiguration: Sendable {
    public var environment: DeploymentEnvironment
    public var logLevel: LogLevel
    /// Where traces go (OTLP/HTTP JSON), without `/v1/traces`; nil: nowhere.
    public var traceEndpoint: String?
    /// Shared by all services; authenticates them to each other.
    public var wireSecret: [UInt8]
    /// How long a stopping service may take to finish what is in flight.
    public var drainTime: Duration

    init(_ reader: inout ConfigurationReader) {
        environment = reader.choice("ENVIRONMENT", default: .development)
        let isDebugging = reader.flag("DEBUG", default: false)
        let level = reader.text("LOG_LEVEL", default: isDebugging ? "DEBUG" : "INFO")
        if let known = LogLevel(level) {
            logLevel = known
        } else {
            reader.fault("LOG_LEVEL", "must be one of DEBUG, INFO, WARNING, ERROR")
            logLevel = .info
        }
        traceEndpoint = reader.httpAddress("OTEL_EXPORTER_OTLP_ENDPOINT")
        wireSecret = Array(
            reader.secret("WIRE_SECRET", minimumLength: 32, "the services authenticate each other with it").utf8)
        drainTime = .seconds(reader.integer("DRAIN_SECONDS", default: 10, in: 0...300))
    }
}
