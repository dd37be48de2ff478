import Loop

extension PostgresPool {
    /// Runs `body` in a transaction (READ COMMITTED) on a connection of its own, and commits it. When `body` throws, or its deadline passes, it is
    /// rolled back. The deadline counts from the call on, waiting for a connection included. `body` runs where the caller does.
    ///
    /// - Throws: what `body` throws, or `PostgresError`; its `outcomeUnknown` is true only when the answer to COMMIT was not heard.
    public nonisolated func transaction<Result>(
        deadline: Duration = .seconds(5), _ body: (PostgresTransaction) async throws -> Result
    ) async throws -> Result {
        let lease = try await begin(deadline: deadline)
        let result: Result
        do {
            result = try await body(PostgresTransaction(pool: self, lease: lease))
        } catch {
            await rollBack(lease)
            throw error
        }
        try await commit(lease)
        return result
    }

    /// A connection to itself, as soon as one is free.
    private func begin(deadline: Duration) async throws(PostgresError) -> Lease {
        requestCount += 1
        let request = LeaseRequest(number: requestCount, answers: leases, end: .now + deadline)
        request.timer = loop.schedule(after: deadline) { [self] in
            abandon(request, PostgresError(.deadlineExceeded, "no connection was free in time"))
        }
        seek(request)
        let outcome = await withTaskCancellationHandler {
            await leases.value(of: request.number)
        } onCancel: {
            loop.execute { [self] in
                assumeIsolated { $0.abandon(request, PostgresError(.cancelled, "the caller's task was cancelled")) }
            }
        }
        return try outcome.get()
    }

    private func seek(_ request: LeaseRequest) {
        if isStopping { return request.finish(.failure(Self.stopped)) }
        guard leasesWaitingCount < limits.waiting else { return request.finish(.failure(Self.exhausted)) }
        leasesWaiting.append(request)
        leasesWaitingCount += 1
        grantLeases()
        if case .down(let error) = availability { abandon(request, error) }
    }

    private func abandon(_ request: LeaseRequest, _ error: PostgresError) {
        guard request.isWaiting else { return }
        request.finish(.failure(error))
        leasesWaitingCount -= 1
        if leasesWaiting.count > 2 * limits.waiting { leasesWaiting.removeAll { !$0.isWaiting } }
    }

    /// One connection is left to the statements that stand alone; else a transaction's body that calls `query` would wait for itself.
    private var maximumLeases: Int { max(1, size - 1) }

    func grantLeases() {
        while leaseCount < maximumLeases, let request = leasesWaiting.first {
            guard request.isWaiting else {
                _ = leasesWaiting.popFirst()
                continue
            }
            let shared = connections.filter { $0.use == .shared }
            guard leaseCount == 0 || shared.count > 1,
                let connection = shared.min(by: { $0.inFlight.count < $1.inFlight.count })
            else { return }
            _ = leasesWaiting.popFirst()
            leasesWaitingCount -= 1
            leaseCount += 1
            connection.reserve()
            let lease = Lease(connection, end: request.end)
            request.finish(.success(lease))
            // A body that does something else for so long holds locks meanwhile.
            lease.timer = loop.schedule(after: lease.remaining) { lease.connection?.retire() }
        }
    }

    /// Runs a statement in a transaction. The first one takes BEGIN with it.
    func run(
        _ statement: Statement, _ parameters: [PostgresValue], in lease: Lease
    ) async throws(PostgresError) -> ResultSet {
        guard let connection = lease.connection else {
            throw PostgresError(.transactionAborted, "the transaction is over", statement: statement.name)
        }
        guard lease.remaining > .zero else {
            throw PostgresError(
                .deadlineExceeded, "the transaction's time is over", statement: statement.name)
        }
        let job = makeJob(
            statement, parameters, opensTransaction: !lease.hasBegun, commits: false, mayRunAgain: false)
        lease.hasBegun = true
        return try await run(job, on: connection, deadline: lease.remaining)
    }

    private static let commitStatement = Statement("commit", "COMMIT")
    private static let rollbackStatement = Statement("rollback", "ROLLBACK")

    private func commit(_ lease: Lease) async throws(PostgresError) {
        defer { release(lease) }
        guard let connection = lease.connection, lease.hasBegun else { return }
        guard lease.remaining > .zero else {
            connection.retire()
            throw PostgresError(.deadlineExceeded, "the transaction's time was over before it could be committed")
        }
        let job = makeJob(Self.commitStatement, [], mayRunAgain: false)
        let result = try await run(job, on: connection, deadline: lease.remaining)
        // A transaction in which a statement has failed answers COMMIT with ROLLBACK, which is no error to the server.
        guard result.command == "COMMIT" else {
            throw PostgresError(.transactionAborted, "rolled back, because one of its statements had failed")
        }
    }

    /// Done also in a task that has been cancelled; a connection on which it can't be done is closed, which rolls back too.
    private func rollBack(_ lease: Lease) async {
        defer { release(lease) }
        guard lease.hasBegun, lease.connection?.use == .exclusive else { return }
        let job = makeJob(Self.rollbackStatement, [], commits: false, mayRunAgain: false)
        job.timer = loop.schedule(after: .seconds(1)) {
            job.fail(PostgresError(.deadlineExceeded, "no answer in time"))
        }
        lease.connection?.send(job)
        let outcome = await answers.value(of: job.number)
        if case .failure = outcome { lease.connection?.retire() }
    }

    private func release(_ lease: Lease) {
        lease.timer?.cancel()
        lease.timer = nil
        guard let connection = lease.connection else { return }
        lease.connection = nil
        leaseCount -= 1
        connection.share()
        dispatchWaiting()
    }
}

/// A transaction that waits for its connection. Unchecked: touched by the loop's thread only.
final class LeaseRequest: @unchecked Sendable {
    typealias Outcome = Result<Lease, PostgresError>

    /// What it is called in `answers`.
    let number: Int
    private let answers: PendingValues<Outcome>
    let end: ContinuousClock.Instant
    private(set) var isWaiting = true
    var timer: ScheduledTimer?

    init(number: Int, answers: PendingValues<Outcome>, end: ContinuousClock.Instant) {
        self.number = number
        self.answers = answers
        self.end = end
    }

    func finish(_ outcome: Outcome) {
        timer?.cancel()
        timer = nil
        guard isWaiting else { return }
        isWaiting = false
        answers.resume(number, with: outcome)
    }
}
