import Synchronization

/// The figures of one process, by name. Asking for a name again gives the same metric, so that parts need not share handles.
///
/// Names follow Prometheus' conventions: snake_case, base units, counters end in `_total`. A metric keeps at most 1,000 combinations of labels;
/// what would be more is not shown, and counted in `telemetry_dropped_series_total`.
public final class Metrics: Sendable {
    static let maximumSeries = 1_000

    /// What histograms of seconds use unless told otherwise: half a millisecond to ten seconds.
    public static let secondsBuckets: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    private let state = Mutex(State())
    private let droppedSeries: Counter
    private let process = ProcessMetrics()

    private struct State {
        var metrics: [String: Metric] = [:]
        var beforeRender: [@Sendable () -> Void] = []
    }

    private enum Metric: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)

        var family: any MetricFamily {
            switch self {
            case .counter(let counter): counter.family
            case .gauge(let gauge): gauge.family
            case .histogram(let histogram): histogram.family
            }
        }
    }

    public init() {
        let name = "telemetry_dropped_series_total"
        let help = "Combinations of labels that were not kept because their metric has too many."
        droppedSeries = Counter(SeriesFamily(name, help, ["metric"], dropped: nil) { Counter.Series(labels: $0) })
        state.withLock { $0.metrics[name] = .counter(droppedSeries) }
    }

    /// A number that only rises; the name ends in `_total`. Without labels it is shown from the start, as 0.
    public func counter(_ name: String, _ help: String, labels: [String] = []) -> Counter {
        state.withLock { state in
            switch state.metrics[name] {
            case .counter(let counter):
                counter.family.checkLabels(labels)
                return counter
            case nil:
                precondition(name.hasSuffix("_total"), "the name of a counter ends in _total: \(name)")
                let counter = Counter(
                    SeriesFamily(name, help, labels, dropped: droppedSeries) { Counter.Series(labels: $0) })
                state.metrics[name] = .counter(counter)
                return counter
            default: preconditionFailure("\(name) is registered as another kind of metric")
            }
        }
    }

    /// A number that rises and falls. Without labels it is shown from the start, as 0.
    public func gauge(_ name: String, _ help: String, labels: [String] = []) -> Gauge {
        state.withLock { state in
            switch state.metrics[name] {
            case .gauge(let gauge):
                gauge.family.checkLabels(labels)
                return gauge
            case nil:
                let gauge = Gauge(SeriesFamily(name, help, labels, dropped: droppedSeries) { Gauge.Series(labels: $0) })
                state.metrics[name] = .gauge(gauge)
                return gauge
            default: preconditionFailure("\(name) is registered as another kind of metric")
            }
        }
    }

    /// How many observations lay under each bound. `buckets` are upper bounds, rising; the last one, infinity, is added.
    public func histogram(
        _ name: String, _ help: String, labels: [String] = [], buckets: [Double] = secondsBuckets
    ) -> Histogram {
        state.withLock { state in
            switch state.metrics[name] {
            case .histogram(let histogram):
                histogram.family.checkLabels(labels)
                return histogram
            case nil:
                precondition(
                    zip(buckets, buckets.dropFirst()).allSatisfy(<) && buckets.allSatisfy(\.isFinite),
                    "the buckets of \(name) do not rise")
                let family = SeriesFamily(name, help, labels, dropped: droppedSeries) {
                    Histogram.Series(labels: $0, bounds: buckets)
                }
                let histogram = Histogram(family)
                state.metrics[name] = .histogram(histogram)
                return histogram
            default: preconditionFailure("\(name) is registered as another kind of metric")
            }
        }
    }

    /// Calls `body` before each rendering, on its thread, to set gauges just in time.
    public func onRender(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.beforeRender.append(body) }
    }

    /// All metrics, and `process_*` as /proc tells them now: in OpenMetrics 1.0 text, with exemplars, or Prometheus' text format 0.0.4.
    public func render(openMetrics: Bool) -> [UInt8] {
        for body in state.withLock({ $0.beforeRender }) { body() }
        let families = state.withLock { state in state.metrics.values.map(\.family) }
        var text = ExpositionText(isOpenMetrics: openMetrics)
        for family in families.sorted(by: { $0.name < $1.name }) { family.write(to: &text) }
        process.write(to: &text)
        return text.finished()
    }

    /// The Content-Type of what `render` gives.
    public static func contentType(openMetrics: Bool) -> String {
        openMetrics
            ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8"
    }
}
