import CLinux
import Dispatch

/// A thread of its own for C calls that block (name resolution, speech): an actor pins itself to it, and no thread that others need waits.
public final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    public init(name: String) {
        queue = DispatchQueue(label: name)
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    public func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }

    /// Runs a blocking call on this executor's thread and gives its result to the caller, who waits without blocking.
    public func run<Success: Sendable>(_ body: @escaping @Sendable () throws -> Success) async throws -> Success {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }
}
