/// One SQL statement that a program runs again and again: prepared once a connection, named in traces and metrics.
/// Keep it in a `static let`.
public struct Statement: Sendable {
    /// Shown in traces and metrics: a few words joined by dots, such as `turn.commit`.
    public let name: String
    let sql: StaticString
    let spanName: String

    /// - Parameters:
    ///   - name: at most 64 characters.
    ///   - sql: one statement with `$1`, `$2` … for its parameters. Where PostgreSQL can't tell a parameter's type, write `$1::text`.
    public init(_ name: StaticString, _ sql: StaticString) {
        precondition(sql.hasPointerRepresentation, "a statement has more than one character")
        self.name = name.description
        self.sql = sql
        spanName = "db \(name.description)"
    }

    /// A literal has one address for the life of the process.
    var key: UInt { UInt(bitPattern: sql.utf8Start) }
}
