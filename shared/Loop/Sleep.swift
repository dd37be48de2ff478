import Synchronization

extension EventLoop {
    /// Suspends the calling task for a while without leaving the loop. Call it from an actor that is pinned to this loop.
    ///
    /// - Throws: `CancellationError` promptly when the task is cancelled.
    public func sleep(for duration: Duration, isolation: isolated (any Actor)? = #isolation) async throws {
        preconditionOnLoop()
        let sleeper = Sleeper(loop: self)
        try await withTaskCancellationHandler {
            // Captured, so that the closure is the caller's actor's: else it would leave the loop.
            _ = isolation
            return try await withCheckedThrowingContinuation { sleeper.begin($0, duration: duration) }
        } onCancel: {
            self.execute { sleeper.cancel() }
        }
    }
}

/// One sleep. Unchecked: touched by the loop's thread only (`begin` is called from there, the timer and `cancel` run there).
private final class Sleeper: @unchecked Sendable {
    private let loop: EventLoop
    private var continuation: CheckedContinuation<Void, any Error>?
    private var timer: ScheduledTimer?
    private var isCancelled = false

    init(loop: EventLoop) {
        self.loop = loop
    }

    func begin(_ continuation: CheckedContinuation<Void, any Error>, duration: Duration) {
        guard !isCancelled else {
            continuation.resume(throwing: CancellationError())
            return
        }
        self.continuation = continuation
        timer = loop.schedule(after: duration) { [self] in
            timer = nil
            take()?.resume()
        }
    }

    func cancel() {
        isCancelled = true
        timer?.cancel()
        timer = nil
        take()?.resume(throwing: CancellationError())
    }

    private func take() -> CheckedContinuation<Void, any Error>? {
        defer { continuation = nil }
        return continuation
    }
}
