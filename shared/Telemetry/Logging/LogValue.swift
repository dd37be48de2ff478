/// The value of a field of the log or of a span's attribute.
public enum LogValue: Sendable, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    case string(String)
    case int(Int)
    case double(Double)
    case bool(Bool)
    /// Written as seconds, a number.
    case duration(Duration)
    /// Written in words, without what the error was about (`safeDescription`).
    case error(any Error)

    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension Duration {
    /// As a number of seconds.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// An error in words that may be logged. The coders' errors are told by kind and path only, because they carry values; any other is asked
/// for its description, which by this project's rule holds no input.
func safeDescription(of error: any Error) -> String {
    func place(_ path: [any CodingKey]) -> String {
        // Names of members are the guest's own words where a dictionary is decoded, and so only indices and depth are told.
        "at depth \(path.count)"
    }
    switch error {
    case DecodingError.typeMismatch(let type, let context):
        return "DecodingError: no \(type) \(place(context.codingPath))"
    case DecodingError.valueNotFound(let type, let context):
        return "DecodingError: null or nothing instead of \(type) \(place(context.codingPath))"
    case DecodingError.keyNotFound(let key, let context):
        return "DecodingError: no member \(key.stringValue) \(place(context.codingPath))"
    case DecodingError.dataCorrupted(let context): return "DecodingError: a bad value \(place(context.codingPath))"
    case EncodingError.invalidValue(let value, let context):
        return "EncodingError: a bad \(type(of: value)) \(place(context.codingPath))"
    case is CancellationError: return "cancelled"
    default: return "\(error)"
    }
}
