import Synchronization

/// A number that only rises.
public struct Counter: Sendable {
    let family: SeriesFamily<Series>

    init(_ family: SeriesFamily<Series>) { self.family = family }

    /// Counts `count` more, none when it is negative, for these values of the labels in the order of their names.
    public func add(_ count: Int = 1, _ labels: String...) { (family.sole ?? family.with(labels)).add(count) }

    /// The series with these labels, looked up once: adding to it is one atomic instruction.
    public func with(_ labels: String...) -> Series { family.with(labels) }

    public final class Series: MetricSeries {
        static let type = "counter"
        let labels: String
        private let count = Atomic<UInt64>(0)

        init(labels: String) { self.labels = labels }

        /// Counts `count` more; none when it is negative.
        public func add(_ count: Int = 1) {
            guard count > 0 else { return }
            self.count.wrappingAdd(UInt64(count), ordering: .relaxed)
        }

        public var value: UInt64 { count.load(ordering: .relaxed) }

        func write(to text: inout ExpositionText, name: String) { text.sample(name, labels: labels, value: "\(value)") }
    }
}
