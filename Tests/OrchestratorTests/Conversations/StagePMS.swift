import Contracts
import Glibc
import Synchronization

@testable import orchestrator

/// The PMS behind the network's edge, as strict about keys as a real one: a key is done once and gives its first outcome again. The test says
/// which answers are lost and when an answer comes.
final class StagePMS: PMSPort {
    struct Run {
        var key: String
        var command: PMSCommand
    }

    private struct State {
        var pms = FakePMS()
        var done: [String: (command: PMSCommand, outcome: PMSOutcome)] = [:]
        var runs: [Run] = []
        var lostAnswers = 0
        var isHolding = false
        /// Keys that came with another command than the first time.
        var reused: [String] = []
    }

    private let state = Mutex(State())

    // MARK: What the test says

    /// The next commands are done, but their answers don't arrive.
    func loseAnswers(_ count: Int) { state.withLock { $0.lostAnswers = count } }

    /// Commands are done, and their answers come after `release`.
    func hold() { state.withLock { $0.isHolding = true } }

    func release() { state.withLock { $0.isHolding = false } }

    // MARK: What came of it

    /// All that was asked for, repeats included.
    var runs: [Run] { state.withLock(\.runs) }

    var reusedKeys: [String] { state.withLock(\.reused) }

    var bookings: [Booking] { state.withLock { $0.pms.bookings } }

    // MARK: The port

    func answer(_ read: PMSRead, for requester: PMSRequester) async -> PMSAnswer {
        state.withLock { $0.pms.answer(read, now: time(nil)) }
    }

    func run(_ command: PMSCommand, key: String, for requester: PMSRequester) async -> PMSOutcome? {
        let outcome: PMSOutcome? = state.withLock { state in
            state.runs.append(Run(key: key, command: command))
            let outcome: PMSOutcome
            if let first = state.done[key] {
                if first.command != command { state.reused.append(key) }
                outcome = first.outcome
            } else {
                outcome = state.pms.run(command, now: time(nil))
                state.done[key] = (command, outcome)
            }
            guard state.lostAnswers == 0 else {
                state.lostAnswers -= 1
                return nil
            }
            return outcome
        }
        while state.withLock(\.isHolding) {
            // Withdrawn, as a call over the wire is: the outcome is not known then.
            guard (try? await Task.sleep(for: .milliseconds(2))) != nil else { return nil }
        }
        return outcome
    }
}
