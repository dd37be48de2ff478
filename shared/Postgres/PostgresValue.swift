/// A parameter of a statement.
///
/// Scalars other than bytes and timestamps take the type that the statement gives them (`.int` fits integer, bigint and numeric); timestamps
/// are timestamptz; arrays are bigint[], text[], bytea[], jsonb[] and timestamptz[]: cast in SQL (`$1::integer[]`) where another is needed.
public enum PostgresValue: Sendable {
    case null
    case int(Int)
    case double(Double)
    case bool(Bool)
    /// Without NUL, which PostgreSQL can't store.
    case text(String)
    case bytes([UInt8])
    /// UTF-8 JSON, for json and jsonb. jsonb refuses `\u0000`.
    case json([UInt8])
    /// Microseconds since 1970-01-01T00:00:00Z; `Int.max` and `Int.min` are infinity and -infinity.
    case timestamp(microseconds: Int)
    case intArray([Int?])
    case textArray([String?])
    case bytesArray([[UInt8]?])
    case jsonArray([[UInt8]?])
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestampArray([Int?])

    public init(_ text: String?) { self = text.map { .text($0) } ?? .null }
    public init(_ int: Int?) { self = int.map { .int($0) } ?? .null }
    public init(_ bytes: [UInt8]?) { self = bytes.map { .bytes($0) } ?? .null }
    public init(json: [UInt8]?) { self = json.map { .json($0) } ?? .null }
    public init(microseconds: Int?) { self = microseconds.map { .timestamp(microseconds: $0) } ?? .null }

    /// The type that a parameter is declared as; unknown: as the statement says.
    var type: PostgresType {
        switch self {
        case .null, .int, .double, .bool, .text, .json: .unknown
        case .bytes: .bytea
        case .timestamp: .timestamptz
        case .intArray: .int8Array
        case .textArray: .textArray
        case .bytesArray: .byteaArray
        case .jsonArray: .jsonbArray
        case .timestampArray: .timestamptzArray
        }
    }
}

/// PostgreSQL's numbers of its built-in types (pg_type.dat); they never change.
struct PostgresType: RawRepresentable, Hashable, Sendable {
    var rawValue: UInt32

    static let unknown = Self(rawValue: 0)
    static let bool = Self(rawValue: 16)
    static let bytea = Self(rawValue: 17)
    static let char = Self(rawValue: 18)
    static let name = Self(rawValue: 19)
    static let int8 = Self(rawValue: 20)
    static let int2 = Self(rawValue: 21)
    static let int4 = Self(rawValue: 23)
    static let text = Self(rawValue: 25)
    static let oid = Self(rawValue: 26)
    static let json = Self(rawValue: 114)
    static let float4 = Self(rawValue: 700)
    static let float8 = Self(rawValue: 701)
    static let bpchar = Self(rawValue: 1_042)
    static let varchar = Self(rawValue: 1_043)
    static let date = Self(rawValue: 1_082)
    static let timestamp = Self(rawValue: 1_114)
    static let timestamptz = Self(rawValue: 1_184)
    static let numeric = Self(rawValue: 1_700)
    static let uuid = Self(rawValue: 2_950)
    static let jsonb = Self(rawValue: 3_802)
    static let byteaArray = Self(rawValue: 1_001)
    static let textArray = Self(rawValue: 1_009)
    static let int8Array = Self(rawValue: 1_016)
    static let timestamptzArray = Self(rawValue: 1_185)
    static let jsonbArray = Self(rawValue: 3_807)
    /// Types from here on are a database's own: enumerations, whose binary form is their label.
    static let firstUserDefined: UInt32 = 16_384
}

/// PostgreSQL counts microseconds and days from 2000-01-01.
enum PostgresEpoch {
    static let microseconds = 946_684_800_000_000
    static let days = 10_957

    static func fromServer(_ value: Int64) -> Int {
        value == .max || value == .min ? Int(value) : Int(value) &+ microseconds
    }

    static func toServer(_ value: Int) -> Int64 {
        value == .max || value == .min ? Int64(value) : Int64(value &- microseconds)
    }
}
