import HTTP
import JSON
import Loop
import Synchronization
import Telemetry
import Testing

@Suite struct RequestTelemetryTests {
    private let observability = Observability(
        logger: Logger(service: "test", level: .error, secrets: []) { _ in }, metrics: Metrics(),
        tracer: Tracer(service: "test", instance: "1", isEnabled: true))

    private var metrics: String { String(decoding: observability.metrics.render(openMetrics: false), as: UTF8.self) }

    private func spans() throws -> [JSONNode] {
        guard let batch = observability.tracer.takeBatch() else { return [] }
        let resource = try JSONDocument(batch).root["resourceSpans"]?.elements.first
        return resource?["scopeSpans"]?.elements.first?["spans"]?.elements ?? []
    }

    @Test func countsByRouteNeverByRawPath() async throws {
        try await TestServer.run(observability: observability) {
            $0.on("GET", "/guests/{id}") { _ in .text(200, "") }
        } _: { server in
            let client = try RawClient(server.address)
            for path in ["/guests/maria", "/guests/34600111222", "/secret-path"] {
                try await client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await client.answer()
            }
            try await client.send("BREW /guests/maria HTTP/1.1\r\nHost: a\r\n\r\nbad\r\n\r\n")
            #expect(try await client.answer().status == 501)
            #expect(try await client.answer().status == 400)
        }
        #expect(metrics.contains(#"http_requests_total{method="GET",path="/guests/{id}",status="200"} 2"#))
        #expect(metrics.contains(#"http_requests_total{method="GET",path="unmatched",status="404"} 1"#))
        #expect(metrics.contains(#"http_requests_total{method="other",path="unmatched",status="501"} 1"#))
        #expect(metrics.contains(#"http_requests_total{method="other",path="unmatched",status="400"} 1"#))
        #expect(metrics.contains(#"http_request_duration_seconds_count{method="GET",path="/guests/{id}"} 2"#))
        #expect(!metrics.contains("maria"))
        #expect(!metrics.contains("secret"))
    }

    @Test func logsAHandlersErrorByRouteAndTraceWithoutWhatWasAsked() async throws {
        struct Broken: Error {}
        let lines = Mutex<[String]>([])
        let logger = Logger(service: "test", level: .debug, secrets: []) { bytes in
            lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        }
        let observability = Observability(
            logger: logger, metrics: Metrics(), tracer: Tracer(service: "test", instance: "1", isEnabled: true))
        try await TestServer.run(observability: observability) {
            $0.on("POST", "/guests/{id}") { _ in throw Broken() }
        } _: { server in
            let client = try RawClient(server.address)
            try await client.send(
                RawClient.request(
                    "POST", "/guests/maria?phone=34600111222",
                    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n", body: "secret"))
            #expect(try await client.answer().status == 500)
        }
        let line = try #require(lines.withLock { $0 }.first)
        #expect(line.contains("POST /guests/{id}"))
        #expect(line.contains("4bf92f3577b34da6a3ce929d0e0e4736"))
        for word in ["maria", "34600111222", "secret"] { #expect(!line.contains(word)) }
    }

    @Test func continuesTheTraceOfTheClientThroughTheHandlerAndOut() async throws {
        let observability = observability
        let outbound = try Outbound(loop: EventLoop(name: "out"), observability: observability)
        try await TestServer.run(observability: observability) {
            $0.on("GET", "/inner") { .text(200, $0.headers.first("traceparent") ?? "") }
        } _: { inner in
            try await TestServer.run(observability: observability) {
                $0.on("GET", "/outer") { _ in
                    let url = "\(inner.url)/inner?token=secret"
                    let response = try await outbound.send(OutboundRequest("GET", url), deadline: .seconds(10))
                    return .bytes(200, response.body, type: "text/plain")
                }
            } _: { server in
                let client = try RawClient(server.address)
                try await client.send(
                    "GET /outer HTTP/1.1\r\nHost: a\r\nuber-trace-id: 4bf92f3577b34da6a3ce929d0e0e4736:f067aa0ba902b7:0:1\r\n\r\n"
                )
                let handedOn = try await client.answer().body
                #expect(handedOn.hasPrefix("00-4bf92f3577b34da6a3ce929d0e0e4736-"))
            }
        }
        let all = try spans()
        let byName = Dictionary(uniqueKeysWithValues: all.map { ($0["name"]?.string ?? "", $0) })
        #expect(Set(byName.keys) == ["GET /outer", "HTTP GET", "GET /inner"])
        #expect(all.allSatisfy { $0["traceId"]?.string == "4bf92f3577b34da6a3ce929d0e0e4736" })
        #expect(byName["GET /outer"]?["parentSpanId"]?.string == "00f067aa0ba902b7")
        #expect(byName["HTTP GET"]?["parentSpanId"]?.string == byName["GET /outer"]?["spanId"]?.string)
        #expect(byName["GET /inner"]?["parentSpanId"]?.string == byName["HTTP GET"]?["spanId"]?.string)
        #expect(!all.contains { String(decoding: $0.bytes, as: UTF8.self).contains("secret") })
        await outbound.close()
        outbound.loop.stop()
    }
}
