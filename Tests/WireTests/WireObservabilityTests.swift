import JSON
import Loop
import Support
import Synchronization
import Telemetry
import Testing

@testable import Wire

/// What a call leaves in metrics, traces and the log of both sides.
@Suite struct WireObservabilityTests {
    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])
        func write(_ line: [UInt8]) { lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
        var text: String { lines.withLock { $0.joined() } }
    }

    private struct Side {
        let log = Log()
        let observability: Observability

        init(_ service: String) {
            let log = log
            observability = Observability(
                logger: Logger(service: service, level: .debug, secrets: []) { log.write($0) }, metrics: Metrics(),
                tracer: Tracer(service: service, instance: "i", isEnabled: true))
        }

        var metrics: String { String(decoding: observability.metrics.render(openMetrics: false), as: UTF8.self) }

        /// Spans by name, kind, trace, id and parent, in the order in which they ended.
        func spans() throws -> [(name: String, kind: Int, trace: String, id: String, parent: String?, failed: Bool)] {
            guard let batch = observability.tracer.takeBatch() else { return [] }
            let root = try JSONDocument(batch).root
            let scope = root["resourceSpans"]?.elements.first?["scopeSpans"]?.elements.first
            return (scope?["spans"]?.elements ?? []).map { span in
                (
                    span["name"]?.string ?? "", span["kind"]?.int ?? 0, span["traceId"]?.string ?? "",
                    span["spanId"]?.string ?? "", span["parentSpanId"]?.string, span["status"]?["code"]?.int == 2
                )
            }
        }
    }

    private struct Pair {
        var client: WireClient
        var server: WireServer
        var callee = Side("server")
        var caller = Side("tester")
        var stage: Stage

        init(_ stage: Stage, _ handler: @escaping WireHandler<Echo>) async throws {
            self.stage = stage
            server = WireServer(
                loop: stage.loop, service: "server", instance: "s", secret: Stage.secret,
                observability: callee.observability, limits: stage.limits)
            await server.handle(Echo.self, handler)
            let address = try await server.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
            client = WireClient(
                loop: stage.clientLoop, peer: "server", host: "x", port: 1, service: "tester", instance: "c",
                secret: Stage.secret, lookUp: { _, _ in [address] }, observability: caller.observability,
                limits: stage.limits)
            await client.start()
        }
    }

    @Test func aCallIsOneTraceAcrossBothSides() async throws {
        let pair = try await Pair(Stage()) { text, _ in
            #expect(Trace.current?.isSampled == true)
            return text
        }
        let parent = SpanContext(traceIDHigh: 1, traceIDLow: 2, spanID: 3, isSampled: true)
        try await Trace.$current.withValue(parent) {
            _ = try await pair.client.call(Echo.self, Text(text: "x"), deadline: .seconds(5))
        }
        let calls = try pair.caller.spans()
        let answers = try pair.callee.spans()
        #expect(calls.count == 1 && answers.count == 1)
        #expect(calls.first?.name == "test.echo" && answers.first?.name == "test.echo")
        #expect(calls.first?.kind == SpanKind.client.rawValue && answers.first?.kind == SpanKind.server.rawValue)
        #expect(calls.first?.parent == parent.spanIDText)
        #expect(answers.first?.parent == calls.first?.id)
        #expect(calls.first?.trace == parent.traceIDText && answers.first?.trace == parent.traceIDText)
        await pair.client.stop()
    }

    @Test(arguments: [
        #""traceparent":"00-000000000000000a000000000000000b-000000000000000c-01""#,
        #""uber-trace-id":"a000000000000000b:c:0:1""#,
    ])
    func eitherFormOfATraceContextIsContinued(_ field: String) async throws {
        let side = Side("server")
        let stage = try Stage()
        let server = WireServer(
            loop: stage.loop, service: "server", instance: "s", secret: Stage.secret, observability: side.observability,
            limits: stage.limits)
        await server.handle(Echo.self) { text, _ in text }
        let peer = try await stage.connectRaw(try await server.listen(on: SocketAddress(host: "127.0.0.1", port: 0)))
        try await peer.shakeHands()
        await peer.send(#"{"id":1,"op":"test.echo","deadline_ms":5000,"trace":{\#(field)},"body":{"text":""}}"#)
        _ = try await peer.answer(1)
        let span = try #require(try side.spans().first)
        #expect(span.trace == "000000000000000a000000000000000b")
        #expect(span.parent == "000000000000000c")
    }

    @Test func outcomesAreCountedOnBothSidesAndOnlyFaultsMarkTheirSpans() async throws {
        let pair = try await Pair(Stage { $0.attempts = 1 }) { text, _ in
            switch text.text {
            case "conflict": throw WireError(.conflict, "sold_out")
            case "fault": throw HandlerFault(text: "geheim")
            default: return text
            }
        }
        for text in ["fine", "fine", "conflict", "fault"] {
            _ = try? await pair.client.call(Echo.self, Text(text: text), deadline: .seconds(5))
        }
        _ = try? await pair.client.call(Unknown.self, Text(text: ""), deadline: .seconds(5))
        for (side, peer) in [(pair.caller, "server"), (pair.callee, "tester")] {
            #expect(side.metrics.contains(#"wire_requests_total{op="test.echo",peer="\#(peer)",code="ok"} 2"#))
            #expect(side.metrics.contains(#"wire_requests_total{op="test.echo",peer="\#(peer)",code="conflict"} 1"#))
            #expect(side.metrics.contains(#"wire_requests_total{op="test.echo",peer="\#(peer)",code="internal"} 1"#))
            #expect(
                side.metrics.contains(#"wire_request_duration_seconds_count{op="test.echo",peer="\#(peer)"} 4"#))
        }
        #expect(
            pair.callee.metrics.contains(#"wire_requests_total{op="unknown",peer="tester",code="unimplemented"} 1"#))
        #expect(try pair.callee.spans().map(\.failed) == [false, false, false, true])
        #expect(try pair.caller.spans().map(\.failed) == [false, false, false, true, true])
        // A fault is logged by its type, and what it holds by nobody.
        #expect(pair.callee.log.text.contains("a wire handler failed"))
        #expect(pair.callee.log.text.contains("HandlerFault"))
        #expect(!(pair.callee.log.text + pair.caller.log.text).contains("geheim"))
        await pair.client.stop()
    }

    @Test func aLateAnswerIsCountedOnceAsLate() async throws {
        let stage = try Stage { $0.attempts = 1 }
        let gate = Gate(loop: stage.loop)
        let pair = try await Pair(stage) { text, _ in
            try? await gate.pass()
            return text
        }
        _ = try? await pair.client.call(Echo.self, Text(text: ""), deadline: .milliseconds(50))
        #expect(await eventually { await gate.cancelled == 1 })
        for (side, peer) in [(pair.caller, "server"), (pair.callee, "tester")] {
            let isCounted = await eventually {
                side.metrics.contains(#"wire_request_duration_seconds_count{op="test.echo",peer="\#(peer)"} 1"#)
            }
            #expect(isCounted)
            #expect(side.metrics.contains(#"code="ok"} 0"#))
        }
        await pair.client.stop()
    }

    @Test func retriesAreCounted() async throws {
        let tries = Tally()
        let pair = try await Pair(Stage()) { text, _ in
            tries.add()
            if tries.count < 3 { throw WireError(.unavailable, "not yet") }
            return text
        }
        _ = try await pair.client.call(Echo.self, Text(text: ""), deadline: .seconds(5))
        #expect(pair.caller.metrics.contains(#"wire_retries_total{op="test.echo",peer="server"} 2"#))
        #expect(pair.caller.metrics.contains(#"wire_requests_total{op="test.echo",peer="server",code="ok"} 1"#))
        await pair.client.stop()
    }

    @Test func neitherSecretNorBodyReachesALog() async throws {
        let pair = try await Pair(Stage()) { _, _ in throw WireError(.notFound, "no such booking") }
        _ = try? await pair.client.call(Echo.self, Text(text: "Inés Prueba"), deadline: .seconds(5))
        await pair.client.stop()
        await pair.server.close()
        let logs = pair.caller.log.text + pair.callee.log.text
        #expect(logs.contains("wire peer connected"))
        #expect(!logs.contains("Inés"))
        #expect(!logs.contains("the tests' secret"))
    }
}

private struct HandlerFault: Error {
    var text: String
}
