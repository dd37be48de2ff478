import JSON
import Synchronization
import Telemetry
import Testing

@Suite struct TracerTests {
    private let tracer = Tracer(service: "gateway", instance: "i-1", isEnabled: true, secrets: ["hunter22"])
    private let parent = SpanContext(traceIDHigh: 1, traceIDLow: 2, spanID: 3, isSampled: true)

    private struct Failure: Error, CustomStringConvertible {
        var description: String { "the PMS said no to ana@example.com" }
    }

    private func spans(_ tracer: Tracer) throws -> [JSONNode] {
        guard let batch = tracer.takeBatch() else { return [] }
        let root = try JSONDocument(batch).root
        return root["resourceSpans"]?.elements.first?["scopeSpans"]?.elements.first?["spans"]?.elements ?? []
    }

    @Test func exportsASpanAsOTLPHasIt() async throws {
        try await tracer.withSpan("wire pms.quote", kind: .client, parent: parent, attributes: ["peer": "pms-adapter"])
        {
            span in
            span.set("attempt", 2)
            span.set("took", .duration(.milliseconds(1_500)))
            span.set("hit", true)
            span.set("peer", "other")
            span.link(to: SpanContext(traceIDHigh: 7, traceIDLow: 8, spanID: 9, isSampled: true))
            try await Task.sleep(for: .milliseconds(2))
        }
        let batch = try #require(tracer.takeBatch())
        let root = try JSONDocument(batch).root
        let resource = try #require(root["resourceSpans"]?.elements.first)
        #expect(
            resource["resource"].map { String(decoding: $0.bytes, as: UTF8.self) }
                == #"{"attributes":[{"key":"service.name","value":{"stringValue":"gateway"}},"#
                + #"{"key":"service.instance.id","value":{"stringValue":"i-1"}}]}"#)
        let span = try #require(resource["scopeSpans"]?.elements.first?["spans"]?.elements.first)
        #expect(span["traceId"]?.string == "00000000000000010000000000000002")
        #expect(span["spanId"]?.string?.count == 16)
        #expect(span["parentSpanId"]?.string == "0000000000000003")
        #expect(span["name"]?.string == "wire pms.quote")
        #expect(span["kind"]?.int == 3)
        let start = try #require(span["startTimeUnixNano"]?.string.flatMap(UInt64.init))
        let end = try #require(span["endTimeUnixNano"]?.string.flatMap(UInt64.init))
        #expect(end - start >= 2_000_000)
        #expect(
            span["attributes"].map { String(decoding: $0.bytes, as: UTF8.self) }
                == #"[{"key":"peer","value":{"stringValue":"other"}},{"key":"attempt","value":{"intValue":"2"}},"#
                + #"{"key":"took","value":{"doubleValue":1.5}},{"key":"hit","value":{"boolValue":true}}]"#)
        #expect(
            span["links"].map { String(decoding: $0.bytes, as: UTF8.self) }
                == #"[{"traceId":"00000000000000070000000000000008","spanId":"0000000000000009"}]"#)
        #expect(span["status"]?.members.isEmpty == true)
        #expect(tracer.takeBatch() == nil)
    }

    @Test func hangsSpansOnTheCurrentOne() async throws {
        #expect(Trace.current == nil)
        await tracer.withSpan("outer") { outer in
            #expect(Trace.current == outer.context)
            await tracer.withSpan("inner") { inner in
                #expect(Trace.current == inner.context)
                #expect(inner.context.traceIDLow == outer.context.traceIDLow)
            }
            #expect(Trace.current == outer.context)
        }
        #expect(Trace.current == nil)
        let spans = try spans(tracer)
        #expect(spans.map { $0["name"]?.string } == ["inner", "outer"])
        #expect(spans[0]["parentSpanId"]?.string == spans[1]["spanId"]?.string)
        #expect(spans[0]["traceId"]?.string == spans[1]["traceId"]?.string)
        #expect(spans[1]["parentSpanId"] == nil)
    }

    @Test func marksAsFailedWhatThrowsWithoutTellingOfWhom() async throws {
        await #expect(throws: Failure.self) { try await tracer.withSpan("x") { _ in throw Failure() } }
        let status = try #require(try spans(tracer).first?["status"])
        #expect(status["code"]?.int == 2)
        #expect(status["message"]?.string == "the PMS said no to [e-mail]")
    }

    @Test func redactsNamesAndAttributesAsTheLogDoes() throws {
        let span = tracer.startSpan("GET /x?key=hunter22", attributes: ["to": "+34 612 345 678"])
        span.set("long", String(repeating: "x", count: 5_000))
        span.end()
        let exported = try #require(try spans(tracer).first)
        #expect(exported["name"]?.string == "GET /x?key=[secret]")
        let values = exported["attributes"]?.elements.map { $0["value"]?["stringValue"]?.string }
        #expect(values == ["[number]", String(repeating: "x", count: 1_024) + "…"])
    }

    @Test func endsASpanOnceOnly() throws {
        let span = tracer.startSpan("x")
        span.end()
        span.set("late", 1)
        span.end()
        let spans = try spans(tracer)
        #expect(spans.count == 1)
        #expect(spans[0]["attributes"]?.elements.isEmpty == true)
    }

    @Test func keepsThirtyTwoAttributesAndSixteenLinks() throws {
        let keys: [StaticString] = [
            "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u",
            "v",
            "w", "x", "y", "z", "0", "1", "2", "3", "4", "5", "6", "7",
        ]
        let span = tracer.startSpan("x")
        for key in keys { span.set(key, 1) }
        for _ in keys { span.link(to: parent) }
        span.end()
        let exported = try #require(try spans(tracer).first)
        #expect(exported["attributes"]?.elements.count == 32)
        #expect(exported["links"]?.elements.count == 16)
    }

    @Test func handsTheParentsContextOnWhenNothingIsRecorded() async {
        let disabled = Tracer(service: "x", instance: "1", isEnabled: false)
        var unsampled = parent
        unsampled.isSampled = false
        await disabled.withSpan("x", parent: parent) { #expect($0.context == parent) }
        await tracer.withSpan("x", parent: unsampled) { span in
            #expect(span.context == unsampled)
            #expect(Trace.current == unsampled)
            #expect(!span.isRecording)
        }
        await disabled.withSpan("x") { span in
            #expect(!span.context.isSampled)
            #expect(SpanContext(traceparent: span.context.traceparent) == span.context)
        }
        #expect(tracer.takeBatch() == nil)
        #expect(disabled.takeBatch() == nil)
    }

    @Test(arguments: [(0.0, 0...0), (0.25, 800...1_200), (1.0, 4_000...4_000)])
    func recordsThatPartOfNewTraces(ratio: Double, expected: ClosedRange<Int>) {
        let tracer = Tracer(service: "x", instance: "1", isEnabled: true, sampleRatio: ratio)
        for _ in 0..<4_000 {
            let span = tracer.startSpan("x")
            #expect(span.context.isSampled == span.isRecording)
            span.end()
        }
        #expect(expected.contains(tracer.waitingSpans))
        tracer.startSpan("x", parent: parent).end()
        #expect(tracer.startSpan("x", parent: parent).isRecording)
    }

    @Test func keepsABoundedNumberOfSpansAndGivesTheOldestFirst() throws {
        let tracer = Tracer(service: "x", instance: "1", isEnabled: true, bufferLimit: 5)
        for number in 0..<7 { tracer.startSpan("\(number)").end() }
        #expect(tracer.droppedSpans == 2)
        #expect(tracer.waitingSpans == 5)
        #expect(try JSONDocument(#require(tracer.takeBatch(max: 2))).root["resourceSpans"] != nil)
        #expect(try spans(tracer).map { $0["name"]?.string } == ["2", "3", "4"])
    }

    @Test func makesIDsThatDiffer() {
        let contexts = (0..<5_000).map { _ in tracer.startSpan("x").context }
        #expect(Set(contexts.map(\.spanID)).count == 5_000)
        #expect(Set(contexts.map(\.traceIDLow)).count == 5_000)
        #expect(contexts.allSatisfy { $0.spanID != 0 })
    }

    /// What is not Sendable may be used inside a span, because it stays where its caller is.
    private actor Desk {
        final class Guests { var count = 0 }
        private let guests = Guests()

        func serve(_ tracer: Tracer) async -> Int {
            await tracer.withSpan("serve") { _ in
                guests.count += 1
                await Task.yield()
                return guests.count
            }
        }
    }

    @Test func staysOnItsCallersActor() async {
        let desk = Desk()
        #expect(await desk.serve(tracer) == 1)
        #expect(await desk.serve(tracer) == 2)
        #expect(tracer.waitingSpans == 2)
    }

    @Test func isQuietWhenToldToBe() async {
        let quiet = Observability.quiet(service: "x")
        quiet.logger.error("x")
        quiet.metrics.counter("x_total", "X.").add()
        await quiet.tracer.withSpan("x") { #expect(!$0.isRecording) }
        #expect(quiet.metrics.counter("x_total", "X.").with().value == 1)
    }
}
