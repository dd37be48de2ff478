/// What follows the `?` of a target: names and values as forms write them (`a=1&b=two+words`), decoded when asked for.
public struct HTTPQuery: Sendable {
    private let encoded: [UInt8]

    /// No query.
    public init() {
        encoded = []
    }

    /// Nil when it is not decodable: a `%` without two digits, or bytes that are not UTF-8.
    init?(_ encoded: some Collection<UInt8>) {
        self.encoded = Array(encoded)
        if self.encoded.contains(UInt8(ascii: "%")) {
            guard let decoded = PercentEncoding.decode(self.encoded), String(validating: decoded, as: UTF8.self) != nil
            else { return nil }
        }
    }

    /// Every name with its value, in order; the value is empty where there is no `=`.
    public var pairs: [(name: String, value: String)] {
        encoded.split(separator: UInt8(ascii: "&")).map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            return (Self.text(name), Self.text(pair.dropFirst(name.count + 1)))
        }
    }

    /// The value of the first pair of this name.
    public func first(_ name: String) -> String? {
        encoded.isEmpty ? nil : pairs.first { $0.name == name }?.value
    }

    /// The values of all pairs of this name.
    public func all(_ name: String) -> [String] {
        pairs.filter { $0.name == name }.map(\.value)
    }

    private static func text(_ bytes: some Collection<UInt8>) -> String {
        // Never nil: it was checked as a whole when the query was made, and `&` and `=` cut no escape in two.
        String(decoding: PercentEncoding.decode(bytes, plusIsSpace: true) ?? [], as: UTF8.self)
    }
}
