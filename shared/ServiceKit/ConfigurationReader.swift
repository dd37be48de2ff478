/// Reads typed settings from the environment and remembers every fault, so that all of them are told at once. A value that is at fault comes back
/// as a stand-in, which nothing uses: `finish()` throws first.
///
/// Each setting may come as `NAME_FILE`, the path of a file that holds it, as container secrets do.
public struct ConfigurationReader {
    private let variable: (String) -> String?
    private let file: (String) -> String?
    private var problems: [String] = []
    private var secrets: [String] = []
    /// What was read, for the line that a service prints at its start; secrets are only said to be set.
    public private(set) var summary: [(name: String, value: String)] = []
    private var isStrict = false

    /// - Parameters:
    ///   - variable: the value of an environment variable.
    ///   - file: the text of a small file; nil when it can't be read.
    public init(variable: @escaping (String) -> String?, file: @escaping (String) -> String?) {
        self.variable = variable
        self.file = file
        let environment = variable("ENVIRONMENT") ?? DeploymentEnvironment.development.rawValue
        // An unknown environment is a fault of its own; till it is mended the stricter rule holds.
        isStrict =
            environment != DeploymentEnvironment.development.rawValue
            && environment != DeploymentEnvironment.test.rawValue
    }

    /// Adds a fault that only the caller can see.
    public mutating func fault(_ name: String, _ problem: String) {
        problems.append("\(name) \(problem)")
    }

    /// Throws when anything was at fault.
    public func finish() throws(ConfigurationError) {
        if !problems.isEmpty { throw ConfigurationError(problems: problems) }
    }

    /// All secret values that were read, for the logger to mask.
    public var secretValues: [String] { secrets }

    // MARK: Values

    public mutating func text(_ name: String, default standard: String) -> String {
        text(name) ?? note(name, standard)
    }

    /// Nil when it is not set or empty.
    public mutating func text(_ name: String) -> String? {
        guard let value = raw(name), !value.isEmpty else { return nil }
        return note(name, checked(name, value))
    }

    /// A compulsory text.
    public mutating func requiredText(_ name: String, _ purpose: String) -> String {
        guard let value = text(name) else {
            problems.append("\(name) is not set: \(purpose)")
            return ""
        }
        return value
    }

    /// A compulsory secret of at least `minimumLength` characters.
    public mutating func secret(_ name: String, minimumLength: Int = 16, _ purpose: String) -> String {
        guard let value = optionalSecret(name) else {
            problems.append("\(name) is not set: \(purpose) (at least \(minimumLength) characters)")
            return ""
        }
        if value.utf8.count < minimumLength {
            problems.append("\(name) is too short: \(minimumLength) characters or more are needed")
        }
        return value
    }

    public mutating func optionalSecret(_ name: String) -> String? {
        guard let value = raw(name), !value.isEmpty else { return nil }
        secrets.append(value)
        _ = note(name, "set")
        return checked(name, value)
    }

    public mutating func integer(_ name: String, default standard: Int, in range: ClosedRange<Int>) -> Int {
        guard let value = text(name) else { return standard }
        guard let number = Int(value), range.contains(number) else {
            problems.append("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return standard
        }
        return number
    }

    public mutating func flag(_ name: String, default standard: Bool) -> Bool {
        guard let value = text(name) else { return standard }
        switch value.lowercased() {
        case "true", "1", "yes", "on": return true
        case "false", "0", "no", "off": return false
        default:
            problems.append("\(name) must be true or false")
            return standard
        }
    }

    /// One of a closed set of words.
    public mutating func choice<Choice>(_ name: String, default standard: Choice) -> Choice
    where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
        guard let value = text(name) else { return standard }
        guard let choice = Choice(rawValue: value) ?? Choice(rawValue: value.lowercased()) else {
            problems.append("\(name) must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
            return standard
        }
        return choice
    }

    /// `host:port`, with the host in brackets when it is an IPv6 address.
    public mutating func endpoint(_ name: String, default standard: String) -> Endpoint {
        let value = text(name) ?? standard
        guard let endpoint = Endpoint(value) else {
            problems.append("\(name) must be host:port, such as \(standard)")
            return Endpoint(host: "", port: 0)
        }
        return endpoint
    }

    /// One or more of them, separated by commas: a peer's instances where there is no DNS that gives them all.
    public mutating func endpoints(_ name: String, default standard: String) -> [Endpoint] {
        let parts = (text(name) ?? standard).split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        let endpoints = parts.compactMap { Endpoint($0) }
        guard !endpoints.isEmpty, endpoints.count == parts.count else {
            problems.append("\(name) must be host:port, such as \(standard), or several with commas between")
            return []
        }
        return endpoints
    }

    /// An http or https address without a query, a trailing slash dropped.
    public mutating func httpAddress(_ name: String, default standard: String? = nil) -> String? {
        guard let value = text(name) ?? standard else { return nil }
        let lower = value.lowercased()
        guard lower.hasPrefix("http://") || lower.hasPrefix("https://"), !value.contains("?"), !value.contains("@"),
            !value.contains(where: \.isWhitespace)
        else {
            problems.append("\(name) must be an address such as https://host/path, without user, query or fragment")
            return nil
        }
        return value.hasSuffix("/") ? String(value.dropLast()) : value
    }

    // MARK: Reading

    private mutating func raw(_ name: String) -> String? {
        if let value = variable(name) { return value }
        guard let path = variable("\(name)_FILE"), !path.isEmpty else { return nil }
        guard let text = file(path) else {
            problems.append("\(name)_FILE names a file that can't be read")
            return nil
        }
        // An editor's line end is no part of a secret.
        return String(text.reversed().drop { $0.isNewline }.reversed())
    }

    private mutating func checked(_ name: String, _ value: String) -> String {
        if isStrict, Self.isPlaceholder(value) {
            problems.append("\(name) still holds a placeholder: set a value of your own")
        }
        return value
    }

    private mutating func note(_ name: String, _ value: String) -> String {
        summary.append((name, value))
        return value
    }

    /// Whether a value is one that examples carry (DESIGN.md §7).
    static func isPlaceholder(_ value: String) -> Bool {
        let lower = value.lowercased()
        return lower.hasPrefix("replace_with") || lower.contains("changeme") || lower.contains("your-secret")
            || lower.contains("password123")
    }
}

/// Everything that is wrong with a service's settings.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// One sentence a fault, naming the setting and what would be right; no values.
    public let problems: [String]

    public var description: String { problems.joined(separator: "\n") }
}

/// Where the service runs; staging and production refuse placeholders.
public enum DeploymentEnvironment: String, Sendable, CaseIterable {
    case development, test, staging, production
}

/// A host, as a name or an address, and a port.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    public var host: String
    public var port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port` or `[::1]:port`.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.count <= 253, !host.contains(where: \.isWhitespace) else { return nil }
        self.init(host: String(host), port: port)
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
