extension Resolver {
    /// As `addresses(host:port:)`, but waits no longer than `deadline`; the look-up itself goes on, because it can't be withdrawn. Call it from an
    /// actor that is pinned to `loop`.
    public func addresses(
        host: String, port: UInt16, within deadline: Duration, on loop: EventLoop,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(ResolveError) -> [SocketAddress] {
        if let literal = try? SocketAddress(host: host, port: port) { return [literal] }
        loop.preconditionOnLoop()
        let answer = FirstAnswer()
        let result = await withCheckedContinuation { continuation in
            // Captured, so that the closure is the caller's actor's: else it would leave the loop.
            _ = isolation
            answer.continuation = continuation
            answer.timer = loop.schedule(after: deadline) {
                answer.give(.failure(ResolveError(host: host, problem: "no answer in time")))
            }
            Task {
                do throws(ResolveError) {
                    let found = try await addresses(host: host, port: port)
                    loop.execute { answer.give(.success(found)) }
                } catch {
                    loop.execute { answer.give(.failure(error)) }
                }
            }
        }
        return try result.get()
    }
}

/// Resumes with the first of two answers. Unchecked: touched by the loop's thread only.
private final class FirstAnswer: @unchecked Sendable {
    var continuation: CheckedContinuation<Result<[SocketAddress], ResolveError>, Never>?
    var timer: ScheduledTimer?

    func give(_ answer: Result<[SocketAddress], ResolveError>) {
        timer?.cancel()
        timer = nil
        continuation?.resume(returning: answer)
        continuation = nil
    }
}
