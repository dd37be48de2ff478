import CPostgres

/// What went wrong with a statement or a connection. Safe to log: it never holds a parameter's value or a row's content (the server's DETAIL
/// is dropped, and its message too where that repeats what it was given).
public struct PostgresError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: String, Sendable {
        /// The server refused the statement; see `sqlState`.
        case server
        /// There is no connection, and the last attempt to make one failed. Nothing was sent.
        case notConnected
        /// The connection ended before the answer came; see `outcomeUnknown`.
        case connectionLost
        case deadlineExceeded
        /// The caller's task was cancelled.
        case cancelled
        /// As many statements wait as may wait. Nothing was sent.
        case poolExhausted
        /// The pool has been stopped. Nothing was sent.
        case stopped
        /// The transaction was rolled back instead of committed, because one of its statements had failed.
        case transactionAborted
        /// A parameter can't be sent: text with a NUL, or too large. Nothing was sent.
        case invalidParameter
        /// A row does not have what was asked of it: a programmer's error.
        case unexpectedResult
        /// A migration can't be applied; the message says which and why.
        case migration
    }

    public var kind: Kind
    /// The server's five characters (PostgreSQL's appendix A), such as `23505`.
    public var sqlState: String?
    /// The constraint that was violated.
    public var constraint: String?
    /// The name of the statement.
    public var statement: String?
    /// What happened, in words.
    public var message: String
    /// Whether the statement may have taken effect all the same: it was sent, and its outcome was not heard.
    public var outcomeUnknown: Bool

    init(
        _ kind: Kind, _ message: String, sqlState: String? = nil, constraint: String? = nil, statement: String? = nil,
        outcomeUnknown: Bool = false
    ) {
        self.kind = kind
        self.message = message
        self.sqlState = sqlState
        self.constraint = constraint
        self.statement = statement
        self.outcomeUnknown = outcomeUnknown
    }

    /// Whether the same may succeed a little later: a lost connection, a deadlock, a serialization failure, a server that starts or stops, a
    /// deadline. Says nothing about whether repeating it is safe: that is `outcomeUnknown`.
    public var isTransient: Bool {
        switch kind {
        case .notConnected, .connectionLost, .deadlineExceeded, .poolExhausted: return true
        case .cancelled, .stopped, .transactionAborted, .invalidParameter, .unexpectedResult, .migration: return false
        case .server: break
        }
        switch sqlState {
        case "40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "57P05", "08000", "08003", "08006":
            return true
        // Out of connections, memory or disk space.
        case "53000", "53100", "53200", "53300": return true
        // A prepared statement that the server has dropped or whose table has changed: it is prepared anew the next time.
        case "26000": return true
        case "0A000": return isStalePlan
        default: return false
        }
    }

    public var isUniqueViolation: Bool { sqlState == "23505" }

    /// A prepared statement's result would have other columns than it was prepared with.
    var isStalePlan = false

    public var description: String {
        var text = "postgres: "
        if let statement { text += "\(statement): " }
        text += message
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let constraint { text += ", constraint \(constraint)" }
        if outcomeUnknown { text += "; it may have taken effect" }
        return text
    }
}

extension PostgresError {
    /// From an error result of the server.
    init(result: OpaquePointer, statement: String?) {
        let sqlState = Self.field(result, "C")
        self.init(
            .server, Self.safeMessage(sqlState: sqlState, primary: Self.field(result, "M")), sqlState: sqlState,
            constraint: Self.field(result, "n"), statement: statement)
        isStalePlan = sqlState == "0A000" && Self.field(result, "R") == "RevalidateCachedQuery"
    }

    /// PG_DIAG_…: `C` SQLSTATE, `M` primary message, `n` constraint, `R` the server's function that reported it.
    private static func field(_ result: OpaquePointer, _ code: Unicode.Scalar) -> String? {
        PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
    }

    /// The server's message where it speaks of names and states only. Data exceptions (class 22) quote the input, and what functions raise may.
    private static func safeMessage(sqlState: String?, primary: String?) -> String {
        guard let sqlState else { return primary ?? "the server reported an error without a code" }
        switch sqlState.prefix(2) {
        case "22": return conditions[sqlState] ?? "data exception"
        case "P0": return "raised by a function"
        case "23": return conditions[sqlState] ?? "a constraint was violated"
        default: return primary ?? "the server gave no message"
        }
    }

    private static let conditions = [
        "22001": "text too long for its column", "22003": "number out of range", "22007": "invalid date or time",
        "22008": "date or time out of range", "22012": "division by zero",
        "22021": "text that is not valid UTF-8 or has a NUL",
        "22023": "invalid parameter value", "22P02": "text that does not read as the type",
        "22P03": "invalid binary value",
        "22P05": "a character that can't be stored", "23502": "a column that must not be null",
        "23503": "a reference to a row that is not there", "23505": "a row with this key exists",
        "23514": "a check constraint was violated", "23P01": "an exclusion constraint was violated",
    ]
}
