import Contracts
import Postgres
import Wire

/// Why an operation of the PMS came to nothing.
enum PMSError: Error {
    /// No such room type, quote, hold or booking; or a booking that is none of the asker's business, which reads alike.
    case notFound
    case conflict(PMSConflict)
    /// The request itself is wrong: in words, without what a guest wrote.
    case invalid(String)
    /// The PMS can't answer now.
    case unavailable(any Error)
    /// Time was over before the answer; a mutation may have been done, and its key tells.
    case deadlineExceeded
    /// The caller withdrew the request.
    case cancelled
    /// A fault in this service or in the PMS.
    case broken(any Error)

    /// The metrics' label `result`.
    var result: String {
        switch self {
        case .notFound: "not_found"
        case .conflict(let reason): reason.rawValue
        case .invalid: "invalid_argument"
        case .unavailable: "unavailable"
        case .deadlineExceeded: "deadline_exceeded"
        case .cancelled: "cancelled"
        case .broken: "internal"
        }
    }

    /// What is sent to the caller; a fault is thrown as it is, so that the server logs it and tells nobody.
    var sent: any Error {
        switch self {
        case .notFound: WireError(.notFound, "not found")
        case .conflict(let reason): WireError(.conflict, reason.rawValue)
        case .invalid(let problem): WireError(.invalidArgument, problem)
        case .unavailable(let cause): WireError(.unavailable, "the PMS does not answer: \(cause)")
        case .deadlineExceeded: WireError(.deadlineExceeded, "the PMS did not answer in time")
        case .cancelled: WireError(.cancelled, "withdrawn")
        case .broken(let cause): cause
        }
    }
}

extension PMSError {
    init(_ error: PostgresError) {
        self =
            switch error.kind {
            case .deadlineExceeded: .deadlineExceeded
            case .cancelled: .cancelled
            // A mutation whose outcome is unknown may be repeated: its key gives the first outcome again.
            default: error.isTransient || error.outcomeUnknown ? .unavailable(error) : .broken(error)
            }
    }
}
