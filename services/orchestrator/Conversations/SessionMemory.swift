import Contracts

/// Column `state` of `session_states`: what the dialogue remembers, and the turn that a command has interrupted.
struct SessionMemory: Codable, Sendable {
    var dialogue = DialogueState()
    /// Set from the moment that a command is committed until its turn ends. A process that finds it resumes the command and never decides again.
    var suspended: SuspendedTurn?

    init(dialogue: DialogueState = DialogueState(), suspended: SuspendedTurn? = nil) {
        self.dialogue = dialogue
        self.suspended = suspended
    }

    init(from decoder: any Decoder) throws {
        let stored = try decoder.container(keyedBy: CodingKeys.self)
        dialogue = try stored.decodeIfPresent(DialogueState.self, forKey: .dialogue) ?? DialogueState()
        suspended = try stored.decodeIfPresent(SuspendedTurn.self, forKey: .suspended)
    }
}

/// A turn that waits for the outcome of a command.
struct SuspendedTurn: Codable, Hashable, Sendable {
    /// The messages that the turn answers, by the provider's ids, in order; never empty.
    var messages: [String]
    var command: PMSCommand
    /// Which command of the turn it is, from 1.
    var ordinal: Int
    var traceparent: String?

    /// The idempotency key that goes all the way into the PMS: the first message of the turn and the ordinal.
    func key(channel: String) -> String { "\(channel):\(messages.first ?? ""):\(ordinal)" }
}
