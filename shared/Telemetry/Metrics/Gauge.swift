import Synchronization

/// A number that rises and falls.
public struct Gauge: Sendable {
    let family: SeriesFamily<Series>

    init(_ family: SeriesFamily<Series>) { self.family = family }

    /// For these values of the labels, in the order of their names.
    public func set(_ value: Double, _ labels: String...) { (family.sole ?? family.with(labels)).set(value) }

    /// Adds, or with a negative number takes away, for these values of the labels.
    public func add(_ difference: Double, _ labels: String...) { (family.sole ?? family.with(labels)).add(difference) }

    /// The series with these labels, looked up once.
    public func with(_ labels: String...) -> Series { family.with(labels) }

    public final class Series: MetricSeries {
        static let type = "gauge"
        let labels: String
        private let bits = Atomic<UInt64>(0)

        init(labels: String) { self.labels = labels }

        public func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }

        public func add(_ difference: Double) {
            var old = bits.load(ordering: .relaxed)
            while true {
                let new = (Double(bitPattern: old) + difference).bitPattern
                let (exchanged, original) = bits.weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
                if exchanged { return }
                old = original
            }
        }

        public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

        func write(to text: inout ExpositionText, name: String) {
            text.sample(name, labels: labels, value: ExpositionText.number(value))
        }
    }
}
