import Synchronization

/// A metric of any kind, as the registry sees it.
protocol MetricFamily: Sendable {
    var name: String { get }
    func write(to text: inout ExpositionText)
}

/// One combination of a metric's labels, and its figures.
protocol MetricSeries: AnyObject, Sendable {
    static var type: String { get }
    /// As they are shown: `method="GET",status="200"`.
    var labels: String { get }
    func write(to text: inout ExpositionText, name: String)
}

/// The series of one metric, made as their labels turn up.
final class SeriesFamily<Series: MetricSeries>: MetricFamily {
    let name: String
    private let help: String
    private let labelNames: [String]
    private let make: @Sendable (String) -> Series
    private let series = Mutex<[[String]: Series]>([:])
    /// Counts, by metric, what is more than a metric may keep. The counter of these has none itself.
    private let dropped: Counter?
    /// Takes what is not shown.
    private let overflow: Series
    /// The series of a metric that has no labels.
    let sole: Series?

    init(
        _ name: String, _ help: String, _ labelNames: [String], dropped: Counter?,
        make: @escaping @Sendable (String) -> Series
    ) {
        precondition(Self.isName(name, allowing: ":"), "not a metric's name: \(name)")
        precondition(
            labelNames.allSatisfy { Self.isName($0, allowing: nil) && $0 != "le" }, "not a label's name in \(name)")
        self.name = name
        self.help = help
        self.labelNames = labelNames
        self.make = make
        self.dropped = dropped
        overflow = make("")
        sole = labelNames.isEmpty ? make("") : nil
    }

    /// The series with these values of the labels, in the order of their names.
    func with(_ values: [String]) -> Series {
        precondition(values.count == labelNames.count, "\(name) has \(labelNames.count) labels, not \(values.count)")
        if let sole { return sole }
        let kept = series.withLock { series -> Series? in
            if let kept = series[values] { return kept }
            guard series.count < Metrics.maximumSeries else { return nil }
            let made = make(ExpositionText.labels(labelNames, values))
            series[values] = made
            return made
        }
        if let kept { return kept }
        dropped?.add(1, name)
        return overflow
    }

    func checkLabels(_ labels: [String]) {
        precondition(labels == labelNames, "\(name) is registered with other labels")
    }

    func write(to text: inout ExpositionText) {
        let all = sole.map { [$0] } ?? series.withLock { Array($0.values) }.sorted { $0.labels < $1.labels }
        if all.isEmpty { return }
        text.begin(name, type: Series.type, help: help)
        for series in all { series.write(to: &text, name: name) }
    }

    private static func isName(_ name: String, allowing extra: Character?) -> Bool {
        guard let first = name.first, !first.isNumber else { return false }
        return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") || $0 == extra }
    }
}
