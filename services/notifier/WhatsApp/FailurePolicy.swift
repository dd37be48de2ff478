/// Why a send did not end with an accepted message.
enum SendFailure: Error, Hashable, Sendable {
    /// Meta said no. `code` is Graph's `error.code`; nil when the answer had none.
    case refused(status: Int, code: Int?, isTransient: Bool, retryAfter: Duration?)
    /// Meta may have taken it: the answer was lost, late, or a 5xx.
    case unanswered
    /// It never left us: no address, no connection, no TLS.
    case notSent
    /// The voice note could not be made; the same words went out as text before it.
    case speech(isRetryable: Bool)
}

/// What is done about a send that failed.
enum FailureAction: Hashable, Sendable {
    /// The message waits; nothing of it has reached the guest.
    case retry(after: Duration, reason: String)
    /// It may have reached the guest: a receipt with our id is awaited, and only then is it sent again.
    case awaitReceipt(Duration, reason: String)
    /// It can't succeed. `callsPerson`: staff must look after this guest.
    case bury(reason: String, callsPerson: Bool)
    /// The hotel's number or token is at fault and not this message: nothing more is sent from the number until a person has acted; it is
    /// tried again by itself at times.
    case stopNumber(reason: String)
}

/// Decides by Graph's error codes (Meta, "Error codes"; the client branches on `error.code` and on nothing else).
struct FailurePolicy: Sendable {
    /// The first and the longest wait of the doubling backoff.
    var firstDelay: Duration = .seconds(1)
    var longestDelay: Duration = .seconds(600)
    /// How long a status with our id is awaited before a message whose fate is unknown is sent again.
    var receiptWait: Duration = .seconds(30)

    /// - Parameters:
    ///   - attempt: 1 for the first.
    ///   - random: 0 to 1, for full jitter.
    func action(for failure: SendFailure, attempt: Int, random: Double) -> FailureAction {
        switch failure {
        case .notSent:
            return .retry(after: jittered(attempt, random), reason: "not_sent")
        case .unanswered:
            return .awaitReceipt(receiptWait, reason: "unanswered")
        case .speech(let isRetryable):
            guard isRetryable, attempt < 8 else { return .bury(reason: "speech", callsPerson: false) }
            return .retry(after: jittered(attempt, random), reason: "speech")
        case .refused(let status, let code, let isTransient, let retryAfter):
            // Meta names 4^n seconds for a guest who got too many, and means the whole of them.
            let backoff = code == Self.pairRate ? exponential(base: 4, attempt) : jittered(attempt, random)
            let wait = max(backoff, min(retryAfter ?? .zero, longestDelay))
            guard let code else { return uncoded(status, wait) }
            return coded(code, status, isTransient, wait)
        }
    }

    /// What is done about a message that Meta accepted and then reported as failed: nothing is unknown here.
    func action(forFailedReceipt code: Int?, attempt: Int, random: Double) -> FailureAction {
        let failure = SendFailure.refused(status: 400, code: code, isTransient: false, retryAfter: nil)
        let action = action(for: failure, attempt: attempt, random: random)
        guard case .awaitReceipt(_, let reason) = action else { return action }
        return .retry(after: jittered(attempt, random), reason: reason)
    }

    /// Too many messages to one guest.
    private static let pairRate = 131_056

    private func coded(_ code: Int, _ status: Int, _ isTransient: Bool, _ wait: Duration) -> FailureAction {
        switch code {
        case 4, 80_007, 130_429, 131_056, 131_057:
            .retry(after: wait, reason: "rate:\(code)")
        case 1, 2, 131_000, 131_016:
            .awaitReceipt(receiptWait, reason: "unknown:\(code)")
        case 131_047:
            .bury(reason: "window_closed", callsPerson: true)
        case 131_021, 131_026, 131_030, 131_050, 137_000:
            .bury(reason: "recipient:\(code)", callsPerson: true)
        case 131_049:
            .bury(reason: "policy:\(code)", callsPerson: true)
        case 131_048, 131_031, 368:
            .stopNumber(reason: "policy:\(code)")
        case 0, 3, 10, 190, 200...299:
            .stopNumber(reason: "token:\(code)")
        case 131_042:
            .stopNumber(reason: "billing:\(code)")
        case 133_010:
            .stopNumber(reason: "number:\(code)")
        case 131_052, 131_053:
            .bury(reason: "media:\(code)", callsPerson: false)
        case 132_000...132_999:
            .bury(reason: "template:\(code)", callsPerson: true)
        default:
            if status >= 500 {
                .awaitReceipt(receiptWait, reason: "unknown:\(code)")
            } else if isTransient {
                .retry(after: wait, reason: "transient:\(code)")
            } else {
                .bury(reason: "refused:\(code)", callsPerson: true)
            }
        }
    }

    /// An answer without Graph's error object, from a proxy before it perhaps.
    private func uncoded(_ status: Int, _ wait: Duration) -> FailureAction {
        switch status {
        case 401, 403: .stopNumber(reason: "token:http_\(status)")
        case 429: .retry(after: wait, reason: "rate:http_429")
        case 400..<500 where status != 408: .bury(reason: "refused:http_\(status)", callsPerson: true)
        // A 2xx that names no message, a redirect, a time-out of the far side, any 5xx: it may have been taken.
        default: .awaitReceipt(receiptWait, reason: "unknown:http_\(status)")
        }
    }

    /// Full jitter: anything up to the exponential delay.
    private func jittered(_ attempt: Int, _ random: Double) -> Duration {
        exponential(base: 2, attempt - 1) * random
    }

    private func exponential(base: Double, _ exponent: Int) -> Duration {
        var delay = firstDelay
        for _ in 0..<max(0, min(exponent, 32)) { delay = min(delay * base, longestDelay) }
        return delay
    }
}
