import Foundation
import Telemetry
import Testing

@Suite struct MetricsTests {
    private let metrics = Metrics()

    private func lines(openMetrics: Bool = false) -> [String] {
        String(decoding: metrics.render(openMetrics: openMetrics), as: UTF8.self).split(separator: "\n").map(
            String.init)
    }

    @Test func countsByLabels() {
        let counter = metrics.counter("http_requests_total", "Requests.", labels: ["method", "status"])
        counter.add(1, "GET", "200")
        counter.add(2, "GET", "200")
        counter.with("POST", "503").add()
        counter.with("POST", "503").add(-5)
        #expect(
            lines().filter { $0.contains("http_requests") } == [
                "# HELP http_requests_total Requests.", "# TYPE http_requests_total counter",
                #"http_requests_total{method="GET",status="200"} 3"#,
                #"http_requests_total{method="POST",status="503"} 1"#,
            ])
        #expect(lines(openMetrics: true).contains("# TYPE http_requests counter"))
        #expect(lines(openMetrics: true).contains(#"http_requests_total{method="GET",status="200"} 3"#))
    }

    @Test func showsAMetricWithoutLabelsFromTheStart() {
        _ = metrics.counter("restarts_total", "Restarts.")
        _ = metrics.gauge("dead_letters", "Dead letters.")
        #expect(lines().contains("restarts_total 0"))
        #expect(lines().contains("dead_letters 0.0"))
    }

    @Test func setsGaugesAlsoJustInTime() {
        let gauge = metrics.gauge("pms_circuit_breaker_state", "Breaker.", labels: ["backend"])
        gauge.set(1, "mock")
        gauge.add(1.5, "mock")
        gauge.add(-0.25, "mock")
        metrics.onRender { gauge.set(7, "qloapps") }
        #expect(lines().contains(#"pms_circuit_breaker_state{backend="mock"} 2.25"#))
        #expect(lines().contains(#"pms_circuit_breaker_state{backend="qloapps"} 7.0"#))
    }

    @Test func spreadsObservationsOverBuckets() {
        let histogram = metrics.histogram("turn_duration_seconds", "Turns.", labels: ["kind"], buckets: [0.1, 1])
        histogram.observe(0.1, "a")
        histogram.observe(.milliseconds(500), "a")
        histogram.observe(30, "a")
        histogram.observe(.nan, "a")
        #expect(
            lines().filter { $0.hasPrefix("turn") } == [
                #"turn_duration_seconds_bucket{kind="a",le="0.1"} 1"#,
                #"turn_duration_seconds_bucket{kind="a",le="1.0"} 2"#,
                #"turn_duration_seconds_bucket{kind="a",le="+Inf"} 3"#, #"turn_duration_seconds_sum{kind="a"} 30.6"#,
                #"turn_duration_seconds_count{kind="a"} 3"#,
            ])
    }

    @Test func showsTheLastTraceOfABucketAsItsExemplarInOpenMetricsOnly() throws {
        let histogram = metrics.histogram("turn_duration_seconds", "Turns.", buckets: [1])
        let context = SpanContext(traceIDHigh: 1, traceIDLow: 2, spanID: 3, isSampled: true)
        Trace.$current.withValue(context) { histogram.observe(0.5) }
        histogram.observe(2, exemplar: SpanContext(traceIDHigh: 1, traceIDLow: 2, spanID: 3, isSampled: false))
        let buckets = lines(openMetrics: true).filter { $0.hasPrefix("turn_duration_seconds_bucket") }
        let ids = #"{trace_id="00000000000000010000000000000002",span_id="0000000000000003"}"#
        #expect(buckets[0].hasPrefix(#"turn_duration_seconds_bucket{le="1.0"} 1 # \#(ids) 0.5 1"#))
        #expect(buckets[1] == #"turn_duration_seconds_bucket{le="+Inf"} 2"#)
        #expect(!lines().contains { $0.contains("trace_id") })
    }

    @Test func escapesLabelsAndHelp() {
        metrics.counter("odd_total", "A \"help\"\nof two \\ lines", labels: ["name"]).add(1, "a\"b\\c\nd{}é")
        #expect(lines().contains(#"# HELP odd_total A "help"\nof two \\ lines"#))
        #expect(lines(openMetrics: true).contains(#"# HELP odd A \"help\"\nof two \\ lines"#))
        #expect(lines().contains(#"odd_total{name="a\"b\\c\nd{}é"} 1"#))
    }

    @Test func keepsNoMoreThanAThousandCombinationsOfLabels() {
        let counter = metrics.counter("by_guest_total", "Wrongly labelled.", labels: ["guest"])
        for guest in 0..<1_005 { counter.add(1, "\(guest)") }
        counter.add(1, "3")
        #expect(lines().count { $0.hasPrefix("by_guest_total{") } == 1_000)
        #expect(lines().contains(#"by_guest_total{guest="3"} 2"#))
        #expect(lines().contains(#"telemetry_dropped_series_total{metric="by_guest_total"} 5"#))
    }

    @Test func givesTheSameMetricForTheSameName() {
        metrics.counter("shared_total", "Shared.", labels: ["by"]).add(1, "a")
        metrics.counter("shared_total", "Shared.", labels: ["by"]).add(1, "a")
        #expect(lines().contains(#"shared_total{by="a"} 2"#))
    }

    @Test func losesNothingWhenManyTasksCount() async {
        let counter = metrics.counter("work_total", "Work.", labels: ["kind"])
        let gauge = metrics.gauge("level", "Level.")
        let histogram = metrics.histogram("work_seconds", "Work.", buckets: [1])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let series = counter.with("a")
                    for _ in 0..<5_000 {
                        series.add()
                        gauge.add(1)
                        histogram.observe(0.5)
                    }
                }
            }
        }
        #expect(counter.with("a").value == 40_000)
        #expect(gauge.with().value == 40_000)
        #expect(histogram.with().count == 40_000)
        #expect(lines().contains("work_seconds_sum 20000.0"))
    }

    @Test func tellsOfTheProcessWhatTheKernelKnows() throws {
        var values: [String: Double] = [:]
        for line in lines() where line.hasPrefix("process_") {
            let parts = line.split(separator: " ")
            values[String(parts[0])] = Double(parts[1])
        }
        #expect(try #require(values["process_resident_memory_bytes"]) > 1e6)
        #expect(try #require(values["process_virtual_memory_bytes"]) > 1e6)
        #expect(try #require(values["process_cpu_seconds_total"]) > 0)
        #expect(try #require(values["process_open_fds"]) >= 3)
        #expect(try #require(values["process_max_fds"]) >= 64)
        #expect(try #require(values["process_threads"]) >= 1)
        let started = Date(timeIntervalSince1970: try #require(values["process_start_time_seconds"]))
        #expect(started.timeIntervalSinceNow < 5)
        #expect(started.timeIntervalSinceNow > -86_400)
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool")))
    func passesPromtool() async throws {
        metrics.counter("http_requests_total", "Requests.", labels: ["path"]).add(1, "/a\"\n\\")
        metrics.gauge("dead_letters", "Dead letters.").set(-1.5)
        metrics.histogram("http_request_duration_seconds", "Durations.", labels: ["path"]).observe(0.2, "/a")
        let file = FileManager.default.temporaryDirectory.appending(path: "metrics-\(UUID()).txt")
        try Data(metrics.render(openMetrics: false)).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let promtool = Process()
        promtool.executableURL = URL(filePath: "/usr/bin/promtool")
        promtool.arguments = ["check", "metrics"]
        promtool.standardInput = try FileHandle(forReadingFrom: file)
        let output = Pipe()
        promtool.standardOutput = output
        promtool.standardError = output
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            promtool.terminationHandler = { _ in continuation.resume() }
            do { try promtool.run() } catch { continuation.resume(throwing: error) }
        }
        let said = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        #expect(promtool.terminationStatus == 0 && said.isEmpty, "\(said)")
    }

    @Test func endsOpenMetricsWithItsMark() {
        _ = metrics.counter("a_total", "A.")
        #expect(lines(openMetrics: true).last == "# EOF")
        #expect(Metrics.contentType(openMetrics: true).hasPrefix("application/openmetrics-text; version=1.0.0"))
        #expect(Metrics.contentType(openMetrics: false).hasPrefix("text/plain; version=0.0.4"))
    }
}
