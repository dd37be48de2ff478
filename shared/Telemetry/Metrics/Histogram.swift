import Synchronization

/// How observations are spread.
public struct Histogram: Sendable {
    let family: SeriesFamily<Series>

    init(_ family: SeriesFamily<Series>) { self.family = family }

    /// Notes a value for these values of the labels. A sampled span's context becomes the exemplar of its bucket.
    public func observe(_ value: Double, _ labels: String..., exemplar: SpanContext? = Trace.current) {
        (family.sole ?? family.with(labels)).observe(value, exemplar: exemplar)
    }

    /// Notes a duration, in seconds.
    public func observe(_ duration: Duration, _ labels: String..., exemplar: SpanContext? = Trace.current) {
        (family.sole ?? family.with(labels)).observe(duration.seconds, exemplar: exemplar)
    }

    /// The series with these labels, looked up once.
    public func with(_ labels: String...) -> Series { family.with(labels) }

    public final class Series: MetricSeries {
        static let type = "histogram"
        let labels: String
        private let bounds: [Double]
        private let state: Mutex<State>

        private struct State {
            /// By bucket, not added up; the last has no bound.
            var counts: [UInt64]
            var sum = 0.0
            var exemplars: [Exemplar?]
        }

        private struct Exemplar {
            var context: SpanContext
            var value: Double
            var time: UInt64
        }

        init(labels: String, bounds: [Double]) {
            self.labels = labels
            self.bounds = bounds
            state = Mutex(
                State(
                    counts: Array(repeating: 0, count: bounds.count + 1),
                    exemplars: Array(repeating: nil, count: bounds.count + 1)))
        }

        public func observe(_ value: Double, exemplar: SpanContext? = Trace.current) {
            // What is not a number lies in no bucket and would spoil the sum for good.
            guard !value.isNaN else { return }
            let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
            let exemplar = exemplar.flatMap {
                $0.isSampled ? Exemplar(context: $0, value: value, time: WallClock.now()) : nil
            }
            state.withLock { state in
                state.counts[bucket] += 1
                state.sum += value
                if let exemplar { state.exemplars[bucket] = exemplar }
            }
        }

        /// Notes a duration, in seconds.
        public func observe(_ duration: Duration, exemplar: SpanContext? = Trace.current) {
            observe(duration.seconds, exemplar: exemplar)
        }

        /// How many observations there were.
        public var count: UInt64 { state.withLock { $0.counts.reduce(0, +) } }

        func write(to text: inout ExpositionText, name: String) {
            let state = state.withLock { $0 }
            var total: UInt64 = 0
            for bucket in state.counts.indices {
                total += state.counts[bucket]
                let bound = ExpositionText.number(bucket < bounds.count ? bounds[bucket] : .infinity)
                let separator = labels.isEmpty ? "" : ","
                let exemplar = state.exemplars[bucket].map { ($0.context, $0.value, $0.time) }
                text.sample(
                    name + "_bucket", labels: "\(labels)\(separator)le=\"\(bound)\"", value: "\(total)",
                    exemplar: exemplar)
            }
            text.sample(name + "_sum", labels: labels, value: ExpositionText.number(state.sum))
            text.sample(name + "_count", labels: labels, value: "\(total)")
        }
    }
}
