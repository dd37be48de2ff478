import Contracts
import JSON
import Loop
import Postgres
import Telemetry

/// One conversation while this process has it: takes its turns one after the other, until nothing waits (DESIGN.md §4.2 to 4.4).
///
/// What happens when the process dies: before the claim, nothing; after it, the lease ends in seconds and another process claims; after a
/// command was committed, that process resumes the command under the same key; after the turn's commit, the replies are in `outbound_messages`.
actor Conversation {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let key: ConversationKey
    private let services: TurnServices
    /// A nudge came while a turn was under way.
    private var hasNews = false
    /// Wakes a turn that waits for quiet.
    private var quiet: Task<Void, any Error>?

    /// Processes that may die over a turn before its messages are given up.
    static let attemptsATurn = 3
    private static let renewal = Duration.seconds(2)
    /// A turn that takes longer than this shows the guest that it is being written.
    private static let typingDelay = Duration.milliseconds(400)

    init(key: ConversationKey, services: TurnServices, loop: EventLoop) {
        self.key = key
        self.services = services
        self.loop = loop
    }

    /// More messages came.
    func nudge() {
        hasNews = true
        quiet?.cancel()
    }

    /// Takes turns until nothing waits or another process has the conversation. Throws what keeps a turn from being taken; nothing is lost then.
    func takeTurns() async throws {
        while !Task.isCancelled {
            hasNews = false
            let started = ContinuousClock.now
            guard let claim = try await services.store.claim(key), let first = claim.messages.first else { return }
            let parent = first.traceparent.flatMap(SpanContext.init(traceparent:))
            let isMore = try await services.observability.tracer.withSpan("turn", kind: .internal, parent: parent) {
                span in
                span.set("conversation", .string(key.conversation))
                span.set("messages", .int(claim.messages.count))
                return try await keepingLease { try await take(claim, started: started) }
            }
            guard isMore || hasNews else { return }
        }
    }

    /// Gives up on what waits: the messages go to `dead_letters` and a person is called.
    func giveUp(_ reason: String) async throws {
        guard let claim = try await services.store.claim(key), !claim.messages.isEmpty else { return }
        _ = try await bury(claim, reason: reason)
    }

    /// Renews the lease while `body` runs.
    private func keepingLease<Result>(_ body: () async throws -> Result) async throws -> Result {
        let renewals = Task.immediate {
            while true {
                try await loop.sleep(for: Self.renewal)
                // A lease that can't be renewed ends the turn at its commit, which checks the owner.
                _ = try? await services.store.renew(key)
            }
        }
        defer { renewals.cancel() }
        return try await body()
    }

    private func take(_ claim: Claim, started: ContinuousClock.Instant) async throws -> Bool {
        guard claim.attempts <= Self.attemptsATurn else { return try await bury(claim, reason: "attempts_exhausted") }
        guard let memory = try? JSONCoder.decode(SessionMemory.self, from: claim.memory) else {
            // A state that this version can't read would stop the guest for ever.
            return try await bury(claim, reason: "state_unreadable")
        }
        let entry = try await services.directory.hotel(key.hotel)
        var turn = TurnRun(key: key, services: services, claim: claim, memory: memory, entry: entry)
        let typing = showTypingLater(claim)
        defer { typing.cancel() }
        let isMore: Bool
        if memory.suspended != nil {
            isMore = try await turn.resume()
        } else {
            let heard = try await heardInFull(&turn)
            isMore = try await turn.take(heard)
        }
        services.metrics.duration.observe(ContinuousClock.now - started - turn.waited)
        return isMore
    }

    /// Understands what waits; waits on while it is a fragment, so that a burst is one turn.
    private func heardInFull(_ turn: inout TurnRun) async throws -> [Heard] {
        while true {
            let heard = await turn.hear()
            let now = services.now()
            guard
                let begins = Burst.begins(
                    heard, first: turn.firstReceived, last: turn.lastReceived,
                    expecting: turn.memory.dialogue.expecting, now: now)
            else { return heard }
            turn.showTyping()
            let wait = Duration.microseconds(begins - now)
            let waiting = ContinuousClock.now
            await waitForQuiet(wait)
            turn.waited += ContinuousClock.now - waiting
            try Task.checkCancellation()
            // The same claim again: this process holds the lease, so it is no new attempt. When the lease was lost meanwhile and another process
            // took a turn, what this one remembers is old: it begins anew.
            guard let again = try await services.store.claim(key), again.version == turn.version else {
                throw ConversationError.taken
            }
            turn.continueWith(again)
        }
    }

    /// Until the time is over or more messages come.
    private func waitForQuiet(_ duration: Duration) async {
        if hasNews {
            hasNews = false
            return
        }
        let task = Task.immediate { try await loop.sleep(for: duration) }
        quiet = task
        await withTaskCancellationHandler {
            // Cancelled by a nudge: then there is more to hear.
            _ = await task.result
        } onCancel: {
            task.cancel()
        }
        quiet = nil
        hasNews = false
    }

    private func showTypingLater(_ claim: Claim) -> Task<Void, any Error> {
        Task.immediate {
            try await loop.sleep(for: Self.typingDelay)
            guard let last = claim.messages.last else { return }
            await services.notifier.typing(key, channel: claim.channel, messageID: last.id)
        }
    }

    private func bury(_ claim: Claim, reason: String) async throws -> Bool {
        var memory = (try? JSONCoder.decode(SessionMemory.self, from: claim.memory)) ?? SessionMemory()
        // With the messages of a turn that a command has interrupted, all of them: else they would be taken, and decided about, once more.
        let interrupted = memory.suspended?.messages ?? []
        let messages = interrupted + claim.messages.map(\.id).filter { !interrupted.contains($0) }
        memory.suspended = nil
        memory.dialogue.turn = nil
        let entry = try await services.directory.hotel(key.hotel)
        let language = memory.dialogue.language ?? entry.hotel.defaultLanguage
        let text = services.dialogue.templates.text(.handoffNotUnderstood, in: language)
        let end = TurnEnd(
            memory: memory, messages: messages,
            replies: [.message(OutboundMessage(text: text, language: language))],
            handoff: HandoffRequest(
                reason: reason, summary: claim.messages.compactMap(\.content.text).joined(separator: " / ")),
            traceparent: claim.messages.first?.traceparent, deadReason: reason, finished: nil)
        let isMore = try await services.store.commit(end, key, version: claim.version)
        services.metrics.deadLetters.add()
        services.observability.logger.error(
            "gave up on a turn", ["conversation": .string(key.conversation), "reason": .string(reason)])
        await services.notifier.wake(key)
        return isMore
    }
}

enum ConversationError: Error, CustomStringConvertible {
    /// Another process has it, or has had it.
    case taken
    /// The dialogue took more steps than any turn needs.
    case endless
    /// A command's outcome stayed unknown when the process had to stop.
    case stopped

    var description: String {
        switch self {
        case .taken: "the conversation was taken by another process"
        case .endless: "a turn took too many steps"
        case .stopped: "a turn was interrupted because this process stops"
        }
    }
}
