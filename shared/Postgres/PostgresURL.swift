/// What is wrong with a database's URL. Holds no part of the URL, which may carry a password.
public struct PostgresURLError: Error, Sendable, Equatable, CustomStringConvertible {
    public var problem: String
    public var description: String { "database URL: \(problem)" }
}

/// Where a database is and as whom to open it: `postgresql://user:password@host:5432/database?sslmode=require`.
///
/// A driver in the scheme (`postgresql+asyncpg://`) is dropped. `host` may also be the directory of a Unix socket:
/// `postgresql://user@/database?host=/var/run/postgresql&port=5433`. Its description never shows the password.
public struct PostgresURL: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// A name, an address literal, or the directory of a Unix socket (it begins with `/`).
    public var host: String
    public var port: UInt16
    /// Nil: the system's user, as libpq does.
    public var user: String?
    public var password: String?
    /// Nil: the database that is called like the user.
    public var database: String?
    /// `disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`; nil: libpq's default, `prefer`.
    public var sslMode: String?
    /// A file of certificates that the server's must lead to.
    public var sslRootCertificate: String?

    public init(
        host: String, port: UInt16 = 5_432, user: String? = nil, password: String? = nil, database: String? = nil
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.database = database
    }

    /// Reads a URL of at most 4,096 bytes.
    public init(_ text: String) throws(PostgresURLError) {
        guard text.utf8.count <= 4_096 else { throw PostgresURLError(problem: "longer than 4096 bytes") }
        guard !text.utf8.contains(0) else { throw PostgresURLError(problem: "a NUL") }
        guard let schemeEnd = text.firstRange(of: "://") else {
            throw PostgresURLError(problem: "it must begin with postgresql://")
        }
        let driver = text[..<schemeEnd.lowerBound].split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        guard ["postgres", "postgresql"].contains(driver.first?.lowercased() ?? "") else {
            throw PostgresURLError(problem: "it must begin with postgresql://")
        }
        guard !text.contains("#") else {
            throw PostgresURLError(problem: "a # in it must be written %23")
        }
        let rest = text[schemeEnd.upperBound...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = rest[0].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(host: "")
        try readAuthority(path[0])
        if path.count > 1, !path[1].isEmpty { database = try Self.decode(path[1], "the database's name") }
        if rest.count > 1 { try readQuery(rest[1]) }
        if host.isEmpty { host = "localhost" }
    }

    private mutating func readAuthority(_ authority: Substring) throws(PostgresURLError) {
        var address = authority
        if let at = authority.lastIndex(of: "@") {
            let credentials = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if !credentials[0].isEmpty { user = try Self.decode(credentials[0], "the user") }
            if credentials.count > 1 { password = try Self.decode(credentials[1], "the password") }
            address = authority[authority.index(after: at)...]
        }
        if address.first == "[" {
            guard let end = address.firstIndex(of: "]") else {
                throw PostgresURLError(problem: "an IPv6 address needs its closing bracket")
            }
            host = String(address[address.index(after: address.startIndex)..<end])
            address = address[address.index(after: end)...]
            guard address.isEmpty || address.first == ":" else {
                throw PostgresURLError(problem: "after the address comes a colon and the port, or nothing")
            }
            if !address.isEmpty { port = try Self.port(address.dropFirst()) }
            return
        }
        guard !address.contains(",") else { throw PostgresURLError(problem: "more than one host") }
        let parts = address.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if let name = parts.first { host = try Self.decode(name, "the host") }
        if parts.count > 1 { port = try Self.port(parts[1]) }
    }

    private mutating func readQuery(_ query: Substring) throws(PostgresURLError) {
        for parameter in query.split(separator: "&") {
            let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { throw PostgresURLError(problem: "a parameter without a value") }
            let value = try Self.decode(pair[1], "a parameter")
            switch pair[0] {
            case "host": host = value
            case "port": port = try Self.port(pair[1])
            case "user": user = value
            case "password": password = value
            case "dbname": database = value
            // What the Python driver calls it.
            case "sslmode", "ssl":
                guard ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"].contains(value) else {
                    throw PostgresURLError(
                        problem: "sslmode is disable, allow, prefer, require, verify-ca or verify-full")
                }
                sslMode = value
            case "sslrootcert": sslRootCertificate = value
            default:
                throw PostgresURLError(
                    problem: "a parameter that is not host, port, user, password, dbname, sslmode or sslrootcert")
            }
        }
    }

    private static func port(_ text: Substring) throws(PostgresURLError) -> UInt16 {
        guard let port = UInt16(text), port > 0 else { throw PostgresURLError(problem: "a port is 1 to 65535") }
        return port
    }

    private static func decode(_ text: Substring, _ part: String) throws(PostgresURLError) -> String {
        guard let decoded = percentDecoded(text) else {
            throw PostgresURLError(problem: "\(part) has a % that is not followed by two hex digits, or is not UTF-8")
        }
        return decoded
    }

    public var description: String {
        var text = "postgresql://"
        if let user { text += "\(user)@" }
        let location = host.hasPrefix("/") ? "" : host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        text += "\(location)/\(database ?? "")"
        if host.hasPrefix("/") { text += "?host=\(host)&port=\(port)" }
        return text
    }

    /// So that dumping a value that holds a URL shows no password either.
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}

/// Percent-decoding (RFC 3986 §2.1); nil when it is malformed, not UTF-8, or holds a NUL.
private func percentDecoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var iterator = text.utf8.makeIterator()
    while let byte = iterator.next() {
        guard byte == UInt8(ascii: "%") else {
            bytes.append(byte)
            continue
        }
        guard let high = iterator.next().flatMap(hexDigit), let low = iterator.next().flatMap(hexDigit) else {
            return nil
        }
        bytes.append(high << 4 | low)
    }
    guard !bytes.contains(0) else { return nil }
    return String(validating: bytes, as: UTF8.self)
}

private func hexDigit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
}
