import Loop

/// A command on its way: who waits for it, and until when. Unchecked: touched by the loop's thread only.
final class RedisJob: @unchecked Sendable {
    typealias Outcome = Result<RedisReply, RedisError>

    /// What it is called in `answers`.
    let number: Int
    private let answers: PendingValues<Outcome>
    private var timer: ScheduledTimer?
    /// hiredis has answered, whether somebody still waits or not.
    private let onAnswer: () -> Void
    private var isAnswered = false
    private var isOver = false

    init(
        number: Int, answers: PendingValues<Outcome>, deadline: Duration, on loop: EventLoop,
        onAnswer: @escaping () -> Void
    ) {
        self.number = number
        self.answers = answers
        self.onAnswer = onAnswer
        timer = loop.schedule(after: deadline) { [self] in
            leave(RedisError(.deadlineExceeded, "no answer in time", outcomeUnknown: true))
        }
    }

    /// The answer, or that there will be none.
    func finish(_ outcome: Outcome) {
        if !isAnswered {
            isAnswered = true
            onAnswer()
        }
        resume(outcome)
    }

    /// The caller goes; the answer is dropped when it comes.
    func leave(_ error: RedisError) {
        resume(.failure(error))
    }

    private func resume(_ outcome: Outcome) {
        timer?.cancel()
        timer = nil
        guard !isOver else { return }
        isOver = true
        answers.resume(number, with: outcome)
    }
}
