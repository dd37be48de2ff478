import Postgres
import Servers
import Support
import Testing

extension EndToEnd {
    @Suite struct TraceTests {
        private typealias Span = SpanCollector.Span

        @Test func oneTraceLeadsFromTheWebhookToTheGraphCall() async throws {
            let system = try await EndToEnd.system()
            let guest = await system.guest()
            let webhook = await guest.webhook(.text("¿tienen una doble del 3 al 5 de diciembre para dos?"))
            // As Meta sends it: without a trace of its own.
            #expect(await post(webhook, to: system, fields: "") == 200)
            let sent = try #require(try await guest.next().sent)
            let trace = try #require(sent.traceparent?.split(separator: "-")[1])
            let spans = try await spans(of: String(trace), in: system) { $0.contains { $0.name == "HTTP POST" } }

            let root = try #require(spans.first { $0.name == "POST /api/webhooks/whatsapp" })
            #expect(root.parent == nil)
            #expect(Set(spans.map(\.service)) == ["gateway", "orchestrator", "pms-adapter", "notifier"])
            let byID = Dictionary(spans.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            #expect(byID.count == spans.count)
            for span in spans where span.id != root.id {
                let parent = try #require(
                    span.parent.flatMap { byID[$0] }, "\(span.service) \(span.name) hangs on nothing")
                #expect(parent.start <= span.start + 1_000_000)
                // A server's span hangs on its client's in another process.
                if span.kind == 2 { #expect(parent.kind == 3 && parent.service != span.service) }
            }
            for hop in ["turn.process", "pms.availability", "notify.wake"] {
                #expect(Set(spans.filter { $0.name == hop }.map(\.kind)) == [2, 3], "\(hop)")
            }
            for statement in [
                "db insert_inbound", "db claim_conversation", "db commit_turn", "db record_outbound_accepted",
            ] {
                #expect(spans.contains { $0.name == statement }, "\(statement)")
            }
            // The Graph call carried the id of its own span.
            let call = try #require(spans.first { $0.name == "HTTP POST" && $0.service == "notifier" })
            #expect(sent.traceparent == "00-\(trace)-\(call.id)-01")
            #expect(ancestors(of: call, byID).map(\.name).contains("turn"))
        }

        @Test func anIncomingTraceIsContinued() async throws {
            let system = try await EndToEnd.system()
            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            let fields = [
                (
                    "4bf92f3577b34da6a3ce929d0e0e4736",
                    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n"
                ),
                ("000000000000000053ce929d0e0e4736", "uber-trace-id: 53ce929d0e0e4736:00f067aa0ba902b7:0:1\r\n"),
            ]
            #expect(fields[0].0 == trace)
            for (trace, field) in fields {
                let guest = await system.guest()
                #expect(await post(await guest.webhook(.text("¿hay wifi?")), to: system, fields: field) == 200)
                let sent = try #require(try await guest.next().sent)
                #expect(sent.traceparent?.contains(trace) == true)
                let spans = try await spans(of: trace, in: system) { $0.contains { $0.name == "HTTP POST" } }
                let root = try #require(spans.first { $0.name == "POST /api/webhooks/whatsapp" })
                #expect(root.parent == "00f067aa0ba902b7")
            }
        }

        private func ancestors(of span: Span, _ byID: [String: Span]) -> [Span] {
            var found: [Span] = []
            var next = span.parent
            while let id = next, let parent = byID[id] {
                found.append(parent)
                next = parent.parent
            }
            return found
        }

        /// Services export once a second: waits until the trace is there, and until a second later no more of it has come.
        private func spans(of trace: String, in system: HotelSystem, until isThere: ([Span]) -> Bool) async throws
            -> [Span]
        {
            #expect(await eventually { isThere(await system.spans.trace(trace)) })
            var last = 0
            var quietSince = ContinuousClock.now
            _ = await eventually {
                let count = await system.spans.trace(trace).count
                if count != last { (last, quietSince) = (count, .now) }
                return ContinuousClock.now - quietSince > .milliseconds(2_200)
            }
            return await system.spans.trace(trace)
        }

        private func post(_ webhook: GraphWebhook, to system: HotelSystem, fields: String) async -> Int? {
            let head =
                "POST /api/webhooks/whatsapp HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(webhook.body.count)\r\nX-Hub-Signature-256: \(webhook.signature)\r\n\(fields)\r\n"
            let answer = await RawExchange.send(Array(head.utf8) + webhook.body, port: system.environment.gatewayPort)
            return answer?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        }
    }
}
