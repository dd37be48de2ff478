import Contracts
import Telemetry

/// Applies delivery receipts, and decides about messages that failed after they were accepted.
struct Receipts: Sendable {
    let store: ReceiptStore
    let policy: FailurePolicy
    let metrics: NotifierMetrics
    let logger: Logger

    /// - Returns: conversations whose next row may go now, and whether there may be more receipts.
    func apply() async -> (moved: Set<ConversationKey>, isFull: Bool) {
        do {
            let applied = try await store.apply()
            for failure in applied.failures { try await decide(failure) }
            return (applied.moved, applied.isFull)
        } catch {
            // They stay where they are, and the next look finds them.
            logger.warning("receipts can't be applied", ["error": .error(error)])
            return ([], false)
        }
    }

    private func decide(_ failure: ReceiptStore.Failure) async throws {
        metrics.failedAfterAcceptance(channel: failure.channel)
        let action = policy.action(
            forFailedReceipt: failure.code, attempt: failure.attempt, random: .random(in: 0...1))
        switch action {
        // One of several pieces can't be sent again in its place.
        case .retry(_, let reason) where failure.parts > 1:
            try await bury(failure, reason, callsPerson: true)
        case .retry(let delay, let reason):
            try await store.record(failure, retryAfter: delay, reason: reason, callsPerson: false)
        case .bury(let reason, let callsPerson):
            try await bury(failure, reason, callsPerson: callsPerson)
        case .awaitReceipt(_, let reason), .stopNumber(let reason):
            // The number itself stops at its next send, which Meta refuses.
            try await bury(failure, reason, callsPerson: true)
        }
    }

    private func bury(_ failure: ReceiptStore.Failure, _ reason: String, callsPerson: Bool) async throws {
        logger.warning("dead letter", ["outbound": .int(failure.outboundID), "reason": .string(reason)])
        try await store.record(failure, retryAfter: nil, reason: reason, callsPerson: callsPerson)
    }
}
