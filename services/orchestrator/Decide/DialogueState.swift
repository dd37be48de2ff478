import Contracts

/// All that a conversation remembers between turns: column `state` of `session_states`.
struct DialogueState: Codable, Sendable {
    var language: Language?
    /// Whether the guest has been told that this is an automatic assistant.
    var introduced = false
}
