/// What is wrong with a Redis URL. Holds no part of the URL, which may carry a password.
public struct RedisURLError: Error, Sendable, Equatable, CustomStringConvertible {
    public var problem: String
    public var description: String { "Redis URL: \(problem)" }
}

/// Where a Redis server is: `redis://user:password@host:6379/0`, or `unix:///path/redis.sock?db=0&password=…`.
/// Its description never shows the password.
public struct RedisURL: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    public enum Location: Sendable, Hashable {
        case tcp(host: String, port: UInt16)
        /// A path of at most 107 bytes.
        case unix(path: String)
    }

    public var location: Location
    /// Nil: the default user.
    public var user: String?
    public var password: String?
    /// The number of the database.
    public var database = 0

    public init(_ location: Location) {
        self.location = location
    }

    /// Reads a URL of at most 4,096 bytes.
    public init(_ text: String) throws(RedisURLError) {
        guard text.utf8.count <= 4_096 else { throw RedisURLError(problem: "longer than 4096 bytes") }
        guard let schemeEnd = text.firstRange(of: "://") else { throw Self.badScheme }
        let rest = text[schemeEnd.upperBound...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard !text.contains("#"), !text.utf8.contains(0) else {
            throw RedisURLError(problem: "a # or NUL in it must be written as % and two hex digits")
        }
        let slash = rest[0].firstIndex(of: "/") ?? rest[0].endIndex
        let path = rest[0][slash...]
        var authority = rest[0][..<slash]
        location = .unix(path: "")
        if let at = authority.lastIndex(of: "@") {
            try readCredentials(authority[..<at])
            authority = authority[authority.index(after: at)...]
        }
        switch text[..<schemeEnd.lowerBound].lowercased() {
        case "redis":
            location = try Self.tcp(authority)
            if path.count > 1 { database = try Self.database(path.dropFirst()) }
        case "unix":
            guard authority.isEmpty else { throw RedisURLError(problem: "a socket's path begins with / after unix://") }
            let path = try Self.decode(path, "the socket's path")
            guard (2...107).contains(path.utf8.count) else {
                throw RedisURLError(problem: "a socket's path begins with / and has at most 107 bytes")
            }
            location = .unix(path: path)
        case "rediss": throw RedisURLError(problem: "TLS (rediss://) is not supported; redis:// or unix://")
        default: throw Self.badScheme
        }
        if rest.count > 1 { try readQuery(rest[1]) }
    }

    private static let badScheme = RedisURLError(problem: "it must begin with redis:// or unix://")

    private mutating func readCredentials(_ text: Substring) throws(RedisURLError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw RedisURLError(problem: "before the @ comes user:password, or :password")
        }
        if !parts[0].isEmpty { user = try Self.decode(parts[0], "the user") }
        if !parts[1].isEmpty { password = try Self.decode(parts[1], "the password") }
    }

    private mutating func readQuery(_ query: Substring) throws(RedisURLError) {
        for parameter in query.split(separator: "&") {
            let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { throw RedisURLError(problem: "a parameter without a value") }
            switch pair[0] {
            case "db": database = try Self.database(pair[1])
            case "user", "username": user = try Self.decode(pair[1], "the user")
            case "password": password = try Self.decode(pair[1], "the password")
            default: throw RedisURLError(problem: "a parameter that is not db, user or password")
            }
        }
    }

    private static func tcp(_ authority: Substring) throws(RedisURLError) -> Location {
        var host = authority
        var portText: Substring?
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else {
                throw RedisURLError(problem: "an IPv6 address needs its closing bracket")
            }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let after = authority[authority.index(after: end)...]
            guard after.isEmpty || after.first == ":" else {
                throw RedisURLError(problem: "after the address comes a colon and the port, or nothing")
            }
            portText = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            portText = authority[authority.index(after: colon)...]
        }
        var port: UInt16 = 6_379
        if let portText {
            guard let number = UInt16(portText), number > 0 else {
                throw RedisURLError(problem: "a port is 1 to 65535")
            }
            port = number
        }
        let name = try decode(host, "the host")
        return .tcp(host: name.isEmpty ? "localhost" : name, port: port)
    }

    private static func database(_ text: Substring) throws(RedisURLError) -> Int {
        guard let number = UInt16(text) else { throw RedisURLError(problem: "a database is a number from 0 on") }
        return Int(number)
    }

    private static func decode(_ text: Substring, _ part: String) throws(RedisURLError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            // UInt8 reads a sign, too.
            guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else {
                throw RedisURLError(problem: "\(part) has a % that is not followed by two hex digits")
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard !bytes.contains(0), let decoded = String(validating: bytes, as: UTF8.self) else {
            throw RedisURLError(problem: "\(part) is not UTF-8, or holds a NUL")
        }
        return decoded
    }

    public var description: String {
        switch location {
        case .tcp(let host, let port): "redis://\(host.contains(":") ? "[\(host)]" : host):\(port)/\(database)"
        case .unix(let path): "unix://\(path)?db=\(database)"
        }
    }

    /// So that dumping a value that holds a URL shows no password either.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
