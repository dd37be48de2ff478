/// Metrics as text that Prometheus scrapes: its text format 0.0.4, or OpenMetrics 1.0.
struct ExpositionText {
    let isOpenMetrics: Bool
    private var bytes: [UInt8] = []

    init(isOpenMetrics: Bool) { self.isOpenMetrics = isOpenMetrics }

    /// The lines before a metric's samples.
    mutating func begin(_ name: String, type: String, help: String) {
        // OpenMetrics names a counter without the suffix that its sample has.
        let name = isOpenMetrics && type == "counter" ? String(name.dropLast("_total".count)) : name
        append("# HELP \(name) \(escaped(help, quotes: isOpenMetrics))\n# TYPE \(name) \(type)\n")
    }

    mutating func sample(
        _ name: String, labels: String, value: String, exemplar: (SpanContext, value: Double, time: UInt64)? = nil
    ) {
        append(labels.isEmpty ? "\(name) \(value)" : "\(name){\(labels)} \(value)")
        if isOpenMetrics, let (context, value, time) = exemplar {
            append(" # {trace_id=\"\(context.traceIDText)\",span_id=\"\(context.spanIDText)\"}")
            append(" \(Self.number(value)) \(Double(time / 1_000_000) / 1_000)")
        }
        append("\n")
    }

    func finished() -> [UInt8] { isOpenMetrics ? bytes + Array("# EOF\n".utf8) : bytes }

    static func labels(_ names: [String], _ values: [String]) -> String {
        zip(names, values).map { "\($0)=\"\(escaped($1, quotes: true))\"" }.joined(separator: ",")
    }

    /// A number as both formats write it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value.description
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}

private func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\"" where quotes: result += "\\\""
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
