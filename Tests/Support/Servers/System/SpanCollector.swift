import HTTP
import JSON
public import Loop
import Telemetry

/// Stands in for Jaeger: takes spans by OTLP/HTTP JSON and keeps them.
public actor SpanCollector {
    public struct Span: Sendable {
        public var service: String
        public var traceID: String
        public var id: String
        /// Nil: it began the trace.
        public var parent: String?
        public var name: String
        /// 1 internal, 2 server, 3 client, 4 producer, 5 consumer.
        public var kind: Int
        /// Nanoseconds since 1970.
        public var start: UInt64
        public var end: UInt64
        public var attributes: [String: String]
        public var links: [String]
    }

    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// In the order in which they came.
    public private(set) var spans: [Span] = []
    /// Requests as they came.
    public private(set) var bodies: [[UInt8]] = []
    /// Requests that were no OTLP.
    public private(set) var refused = 0
    private var server: HTTPServer?
    private let keepsBodies: Bool

    init(loop: EventLoop, keepsBodies: Bool = true) {
        self.loop = loop
        self.keepsBodies = keepsBodies
    }

    /// Listens; gives the address for `OTEL_EXPORTER_OTLP_ENDPOINT`.
    func start() async throws -> String {
        var router = HTTPRouter()
        router.on("POST", "/v1/traces", bodyLimit: 16 << 20) { [self] in await take($0) }
        let server = HTTPServer(loop: loop, router: router, observability: .quiet(service: "collector"))
        self.server = server
        return "http://\(try await server.listen(on: .ipv4([127, 0, 0, 1], port: 0)))"
    }

    func stop() async { await server?.close() }

    /// The spans of one trace.
    public func trace(_ id: String) -> [Span] { spans.filter { $0.traceID == id } }

    private func take(_ request: HTTPRequest) -> HTTPResponse {
        if keepsBodies { bodies.append(request.body) }
        guard request.headers.first("Content-Type") == "application/json",
            let document = try? JSONDocument(request.body),
            let resources = document.root["resourceSpans"]?.elements, !resources.isEmpty
        else {
            refused += 1
            return .problem(400, "invalid_argument", "no OTLP")
        }
        for resource in resources {
            let service = Self.attributes(resource["resource"])["service.name"] ?? ""
            for scope in resource["scopeSpans"]?.elements ?? [] {
                for span in scope["spans"]?.elements ?? [] {
                    if let span = Self.span(span, of: service) { spans.append(span) } else { refused += 1 }
                }
            }
        }
        return .json(200, bytes: Array("{}".utf8))
    }

    private static func span(_ node: JSONNode, of service: String) -> Span? {
        guard let trace = node["traceId"]?.string, trace.utf8.count == 32, let id = node["spanId"]?.string,
            id.utf8.count == 16,
            let name = node["name"]?.string, let kind = node["kind"]?.int,
            let start = node["startTimeUnixNano"]?.string.flatMap({ UInt64($0) }),
            let end = node["endTimeUnixNano"]?.string.flatMap({ UInt64($0) })
        else { return nil }
        return Span(
            service: service, traceID: trace, id: id, parent: node["parentSpanId"]?.string, name: name, kind: kind,
            start: start, end: end, attributes: attributes(node),
            links: (node["links"]?.elements ?? []).compactMap { $0["spanId"]?.string })
    }

    private static func attributes(_ node: JSONNode?) -> [String: String] {
        var values: [String: String] = [:]
        for attribute in node?["attributes"]?.elements ?? [] {
            guard let key = attribute["key"]?.string, let value = attribute["value"]?.members.first?.value else {
                continue
            }
            values[key] = value.string ?? String(decoding: value.bytes, as: UTF8.self)
        }
        return values
    }
}
