import Contracts
import Loop
import Wire

/// Tells orchestrators that messages wait, and notifiers that receipts do. May be lost: they look by themselves. Beyond a bound a nudge is dropped
/// rather than queued.
actor Nudges {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let orchestrator: WireClient
    private let notifier: WireClient
    private var inFlight = 0
    private var isTelling = false
    private var mustTellAgain = false

    private static let atOnce = 512
    private static let deadline = Duration.seconds(1)

    init(orchestrator: WireClient, notifier: WireClient, loop: EventLoop) {
        self.orchestrator = orchestrator
        self.notifier = notifier
        self.loop = loop
    }

    /// Returns at once.
    func nudge(_ keys: Set<ConversationKey>) {
        for key in keys where inFlight < Self.atOnce {
            inFlight += 1
            Task.immediate {
                // The orchestrators' sweep finds what this does not reach.
                _ = try? await orchestrator.call(
                    TurnProcess.self, key, deadline: Self.deadline, affinity: key.conversation)
                inFlight -= 1
            }
        }
    }

    /// Delivery receipts wait to be applied: the next message of the same guest may wait for one. Returns at once; those of a moment are told together.
    func receiptsCame() {
        mustTellAgain = true
        guard !isTelling else { return }
        isTelling = true
        Task.immediate {
            while mustTellAgain {
                mustTellAgain = false
                // The notifiers look twice a second anyway.
                _ = try? await notifier.call(NotifyWake.self, .init(conversations: []), deadline: Self.deadline)
            }
            isTelling = false
        }
    }
}
