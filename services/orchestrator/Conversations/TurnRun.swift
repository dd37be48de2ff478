import Contracts
import Loop
import Telemetry

/// A turn under way: asks Decide, does what it says, and tells it what came of that, until the turn is committed.
struct TurnRun {
    let key: ConversationKey
    let services: TurnServices
    let entry: HotelDirectory.Entry
    private(set) var memory: SessionMemory
    /// Time that was spent waiting for the guest.
    var waited = Duration.zero

    private var channel: String
    private var address: String
    private var profileName: String?
    private(set) var version: Int
    private var messages: [WaitingMessage]
    /// What is understood already, by message.
    private var understood: [String: Heard] = [:]
    /// The command whose outcome is the newest event.
    private var finished: FinishedCommand?

    /// A command whose outcome stays unknown for so long is handed to a person.
    private static let commandPatience = Duration.seconds(60)
    private static let longestBackoff = Duration.seconds(2)
    /// More than Decide's own bound.
    private static let steps = 40

    init(
        key: ConversationKey, services: TurnServices, claim: Claim, memory: SessionMemory, entry: HotelDirectory.Entry
    ) {
        self.key = key
        self.services = services
        self.entry = entry
        self.memory = memory
        channel = claim.channel
        address = claim.address
        profileName = claim.profileName
        version = claim.version
        messages = claim.messages
    }

    var firstReceived: Int { messages.first?.receivedAt ?? 0 }
    var lastReceived: Int { messages.last?.receivedAt ?? 0 }

    /// The same conversation, with what came since.
    mutating func continueWith(_ claim: Claim) {
        version = claim.version
        messages = claim.messages
        address = claim.address
        profileName = claim.profileName
    }

    func showTyping() {
        guard let last = messages.last else { return }
        let (key, channel, services) = (key, channel, services)
        Task { await services.notifier.typing(key, channel: channel, messageID: last.id) }
    }

    // MARK: Understanding

    /// What waits, understood; each message once, however often this is asked.
    mutating func hear() async -> [Heard] {
        var heard: [Heard] = []
        for message in messages {
            if let known = understood[message.id] {
                heard.append(known)
                continue
            }
            let fresh = await hear(message)
            understood[message.id] = fresh
            heard.append(fresh)
        }
        return heard
    }

    private func hear(_ message: WaitingMessage) async -> Heard {
        var content = message.content
        if content.kind == .voice, let media = content.providerMediaID {
            content.text = await services.voiceNotes.words(
                of: media, hotel: key.hotel, languageHint: memory.dialogue.language)
        }
        guard let text = content.text, content.kind == .text || content.kind == .voice || !text.isEmpty,
            content.kind != .button
        else { return Heard(content: content, understood: nil) }
        let clock = clockOnTheWall
        let context = UnderstandingContext(
            today: clock.date, minuteOfDay: clock.secondOfDay / 60, language: memory.dialogue.language,
            expecting: memory.dialogue.expecting, checkIn: memory.dialogue.knownCheckIn,
            checkOut: memory.dialogue.knownCheckOut)
        let understood = await services.understanding.understand(text, in: context)
        if let best = understood.intents.first { services.metrics.confidence.observe(best.probability) }
        return Heard(content: content, understood: understood)
    }

    private var clockOnTheWall: WallClock { entry.timeZone.wallClock(at: services.now() / 1_000_000) }

    private var context: DialogueContext {
        let clock = clockOnTheWall
        return DialogueContext(
            hotel: entry.hotel, now: services.now() / 1_000_000, today: clock.date,
            minuteOfDay: clock.secondOfDay / 60, channel: channel, phone: phone, profileName: profileName)
    }

    /// WhatsApp's addresses are phone numbers, unless a guest is known by a user id only.
    private var phone: String? {
        guard channel == "whatsapp", !address.isEmpty, address.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return "+" + address
    }

    private var requester: PMSRequester {
        PMSRequester(hotel: key.hotel, conversation: key.conversation, phone: phone)
    }

    // MARK: Deciding and doing

    /// A new turn over everything that waits; true when more waits after it.
    mutating func take(_ heard: [Heard]) async throws -> Bool {
        let ids = messages.map(\.id)
        return try await run(.heard(heard), answering: ids, ordinal: 0, traceparent: messages.first?.traceparent)
    }

    /// Goes on with a turn whose command was committed by this process or by one that died.
    mutating func resume() async throws -> Bool {
        guard let suspended = memory.suspended else { return false }
        let outcome = try await outcome(of: suspended)
        return try await run(
            .command(outcome), answering: suspended.messages, ordinal: suspended.ordinal,
            traceparent: suspended.traceparent)
    }

    private mutating func run(
        _ first: DialogueEvent, answering ids: [String], ordinal: Int, traceparent: String?
    ) async throws -> Bool {
        var event = first
        var ordinal = ordinal
        for _ in 0..<Self.steps {
            let decision = services.dialogue.decide(memory.dialogue, event, in: context)
            memory.dialogue = decision.state
            switch decision.next {
            case .read(let read):
                event = .read(await services.pms.answer(read, for: requester))
            case .command(let command):
                ordinal += 1
                let suspended = SuspendedTurn(
                    messages: ids, command: command, ordinal: ordinal, traceparent: traceparent)
                memory.suspended = suspended
                try await services.store.commit(
                    suspended, memory, key, channel: channel, version: version, finished: finished)
                version += 1
                event = .command(try await outcome(of: suspended))
            case .reply(let replies):
                memory.suspended = nil
                let end = TurnEnd(
                    memory: memory, messages: ids, replies: replies, handoff: decision.handoff,
                    traceparent: Trace.current?.traceparent ?? traceparent, deadReason: nil, finished: finished)
                let isMore = try await services.store.commit(end, key, version: version)
                if !replies.isEmpty { await services.notifier.wake(key) }
                return isMore
            }
        }
        throw ConversationError.endless
    }

    /// Runs a committed command until its outcome is known, for a minute at most: the same key gives the same outcome however often it is run.
    private mutating func outcome(of suspended: SuspendedTurn) async throws -> PMSOutcome {
        let commandKey = suspended.key(channel: channel)
        let end = ContinuousClock.now + Self.commandPatience
        var backoff = Duration.milliseconds(50)
        while true {
            if let outcome = await services.pms.run(suspended.command, key: commandKey, for: requester) {
                finished = FinishedCommand(key: commandKey, outcome: outcome)
                return outcome
            }
            if Task.isCancelled { throw ConversationError.stopped }
            if ContinuousClock.now >= end {
                // A person is called, who can see in the PMS whether it was done.
                let outcome = PMSOutcome.failed(.unavailable)
                finished = FinishedCommand(key: commandKey, outcome: outcome)
                return outcome
            }
            // Ends early by cancellation only, which is looked at above.
            try? await services.directory.loop.sleep(for: backoff * Double.random(in: 0.5...1))
            backoff = min(backoff * 2, Self.longestBackoff)
        }
    }
}
