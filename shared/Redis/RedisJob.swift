import Loop

/// A command on its way: who waits for it, and until when. Unchecked: touched by the loop's thread only.
final class RedisJob: @unchecked Sendable {
    private var continuation: CheckedContinuation<Result<RedisReply, RedisError>, Never>?
    private var timer: ScheduledTimer?
    /// hiredis has answered, whether somebody still waits or not.
    private let onAnswer: () -> Void
    private var isAnswered = false

    init(onAnswer: @escaping () -> Void) {
        self.onAnswer = onAnswer
    }

    func begin(
        _ continuation: CheckedContinuation<Result<RedisReply, RedisError>, Never>, deadline: Duration,
        on loop: EventLoop
    ) {
        self.continuation = continuation
        timer = loop.schedule(after: deadline) { [self] in
            leave(RedisError(.deadlineExceeded, "no answer in time", outcomeUnknown: true))
        }
    }

    /// The answer, or that there will be none.
    func finish(_ result: Result<RedisReply, RedisError>) {
        if !isAnswered {
            isAnswered = true
            onAnswer()
        }
        resume(result)
    }

    /// The caller goes; the answer is dropped when it comes.
    func leave(_ error: RedisError) {
        resume(.failure(error))
    }

    private func resume(_ result: Result<RedisReply, RedisError>) {
        timer?.cancel()
        timer = nil
        continuation?.resume(returning: result)
        continuation = nil
    }
}
