import Contracts
import Loop
import Wire

/// Tells orchestrators that messages wait. May be lost: they sweep. Beyond a bound a nudge is dropped rather than queued.
actor Nudges {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let orchestrator: WireClient
    private var inFlight = 0

    private static let atOnce = 512
    private static let deadline = Duration.seconds(1)

    init(orchestrator: WireClient, loop: EventLoop) {
        self.orchestrator = orchestrator
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
}
