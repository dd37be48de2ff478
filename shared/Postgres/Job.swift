import CPostgres
import Loop

/// A statement on its way: who waits for it, until when, and what has come back. Unchecked: touched by the loop's thread only.
final class Job: @unchecked Sendable {
    typealias Outcome = Result<ResultSet, PostgresError>

    let statement: Statement
    let parameters: [PostgresValue]
    /// `BEGIN` goes before it, in the same breath, so that it can't run outside its transaction.
    let opensTransaction: Bool
    /// Whether it commits what it does: alone, or as `COMMIT`. Only then is a lost answer an unknown outcome.
    let commits: Bool
    /// A statement outside a transaction may run again after it was refused as stale, because nothing of it happened.
    let mayRunAgain: Bool

    /// What it is called in `answers`.
    let number: Int
    private let answers: PendingValues<Outcome>
    /// Whether the caller has an answer; the statement itself may be on its way still.
    private(set) var isOver = false
    var timer: ScheduledTimer?
    /// Where it was sent.
    var connection: PipelineConnection?
    var sentAt: ContinuousClock.Instant?
    /// Results of its commands that came so far.
    var completed = 0
    /// It carries the preparation of its statement.
    var prepares = false
    var prepared: PreparedStatement?
    var result: ResultSet?
    var error: PostgresError?
    var runs = 0

    init(
        _ statement: Statement, _ parameters: [PostgresValue], number: Int, answers: PendingValues<Outcome>,
        opensTransaction: Bool = false, commits: Bool = true, mayRunAgain: Bool = true
    ) {
        self.number = number
        self.answers = answers
        self.statement = statement
        self.parameters = parameters
        self.opensTransaction = opensTransaction
        self.commits = commits
        self.mayRunAgain = mayRunAgain
    }

    func finish(_ outcome: Outcome) {
        timer?.cancel()
        timer = nil
        guard !isOver else { return }
        isOver = true
        answers.resume(number, with: outcome)
    }

    func fail(_ error: PostgresError) {
        var error = error
        error.statement = statement.name
        finish(.failure(error))
    }
}

/// A statement as one connection knows it.
final class PreparedStatement {
    let name: String
    let types: [Oid]
    /// Why it could not be prepared: what followed it in the pipeline fails for the same reason.
    var failure: PostgresError?
    /// Known after the first result.
    var columns: Columns?

    init(name: String, types: [Oid]) {
        self.name = name
        self.types = types
    }

    /// Whether parameters of these types can be sent to it: a null fits every type.
    func accepts(_ parameters: [PostgresValue], types wanted: [Oid]) -> Bool {
        guard types.count == wanted.count else { return false }
        for index in wanted.indices where wanted[index] != types[index] {
            guard case .null = parameters[index] else { return false }
        }
        return true
    }
}
