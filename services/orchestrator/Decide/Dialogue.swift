import Contracts

/// What to answer, and what to ask or do at the PMS: a function of the conversation's state and what happened. It knows no clock, no network
/// and no randomness, so the same inputs give the same decision, before a crash and after it.
struct Dialogue: Sendable {
    let templates: Templates

    /// One step of a turn. A `handoff` comes only with the reply that ends the turn; a read or command carries none.
    func decide(_ state: DialogueState, _ event: DialogueEvent, in context: DialogueContext) -> Decision {
        var turn = Turn(state: state, context: context, templates: templates)
        let next: Decision.Next
        switch event {
        case .heard(let messages):
            turn.begin()
            next = turn.hear(HeardTurn(messages))
        case .read(let answer):
            next = turn.take(answer)
        case .command(let outcome):
            next = turn.take(outcome)
        }
        return Decision(state: turn.state, next: next, handoff: turn.handoffOfThisStep)
    }
}
