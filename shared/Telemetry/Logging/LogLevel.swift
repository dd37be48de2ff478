/// How much a line of the log matters.
public enum LogLevel: Int, Comparable, CaseIterable, Sendable {
    case debug, info, warning, error

    /// From `LOG_LEVEL`: `DEBUG`, `INFO`, `WARNING` or `ERROR`, in either case; nil for anything else.
    public init?(_ text: String) {
        guard let level = Self.allCases.first(where: { $0.name == text.lowercased() }) else { return nil }
        self = level
    }

    /// As it stands in the log, in lower case.
    public var name: String {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}
