import CPostgres
import Loop

/// One connection in libpq's pipeline mode: statements of many callers follow each other without waiting for answers.
///
/// After each statement comes a Sync. It ends the implicit transaction, so each commits by itself and an error skips nobody else's statement;
/// an answer is given only when the Sync's has come, because the commit happens there. Belongs to the thread of its loop.
final class PipelineConnection {
    enum Use {
        /// Takes anybody's statements.
        case shared
        /// Belongs to one transaction.
        case exclusive
        /// Takes no more: it ends when what is on it has been answered.
        case retiring
        case closed
    }

    /// What its owner wants to know.
    struct Events {
        /// Statements have been answered: there is room.
        var progressed: () -> Void
        /// A statement that did nothing and has to be sent again.
        var again: (Job) -> Void
        /// It takes no more statements.
        var retired: (PipelineConnection) -> Void
        var closed: (PipelineConnection, PostgresError) -> Void
        /// Bytes have come.
        var heard: () -> Void
    }

    private(set) var use = Use.shared
    private(set) var inFlight = FIFO<Job>()
    /// Since when the statement that the server is at has been that.
    private(set) var headSince = ContinuousClock.now
    private let link: Link
    private let loop: EventLoop
    private let events: Events
    private var prepared: [UInt: PreparedStatement] = [:]
    private var preparedCount = 0
    private var encoder = ParameterEncoder()
    private var timer: ScheduledTimer?
    /// Statements to be sent again.
    private var stale: [Job] = []

    init(_ link: Link, loop: EventLoop, events: Events) throws(PostgresError) {
        self.link = link
        self.loop = loop
        self.events = events
        guard PQenterPipelineMode(link.raw) == 1 else { throw link.errorOfConnection(.notConnected) }
        link.serve { [self] in ready($0) }
    }

    func reserve() { use = .exclusive }

    func share() {
        guard use == .exclusive else { return }
        use = .shared
    }

    // MARK: Sending

    /// Sends a statement with its Sync. It gets its answer in any case.
    func send(_ job: Job) {
        guard use == .shared || use == .exclusive else {
            return job.fail(PostgresError(.connectionLost, "the connection has ended"))
        }
        do throws(PostgresError) {
            try encoder.encode(job.parameters, statement: job.statement.name)
        } catch {
            return job.finish(.failure(error))
        }
        let isPrepared = prepared[job.statement.key]?.accepts(job.parameters, types: encoder.types) ?? false
        let statement = isPrepared ? prepared[job.statement.key] : newStatement()
        guard let statement else { return }
        prepared[job.statement.key] = statement
        (job.connection, job.prepared, job.prepares, job.completed) = (self, statement, !isPrepared, 0)
        (job.error, job.result) = (nil, nil)
        job.runs += 1
        let now = ContinuousClock.now
        job.sentAt = now
        if inFlight.isEmpty { headSince = now }
        inFlight.append(job)
        guard write(job, statement), link.flush() else {
            return close(link.errorOfConnection(.connectionLost))
        }
    }

    private func newStatement() -> PreparedStatement {
        preparedCount += 1
        return PreparedStatement(name: "s\(preparedCount)", types: encoder.types)
    }

    private func write(_ job: Job, _ statement: PreparedStatement) -> Bool {
        let raw = link.raw
        if job.opensTransaction {
            guard PQsendQueryParams(raw, "BEGIN", 0, nil, nil, nil, nil, 1) == 1 else { return false }
        }
        if job.prepares {
            let isSent = job.statement.sql.utf8Start.withMemoryRebound(
                to: CChar.self, capacity: job.statement.sql.utf8CodeUnitCount + 1
            ) { PQsendPrepare(raw, statement.name, $0, Int32(statement.types.count), statement.types) == 1 }
            guard isSent else { return false }
        }
        let count = Int32(encoder.count)
        let isSent = encoder.withPointers { values, lengths, formats in
            PQsendQueryPrepared(raw, statement.name, count, values, lengths, formats, 1) == 1
        }
        return isSent && PQpipelineSync(raw) == 1
    }

    // MARK: Receiving

    private func ready(_ readiness: Readiness) {
        if readiness.contains(.writable), !link.flush() { return close(link.errorOfConnection(.connectionLost)) }
        guard readiness.contains(.readable) || readiness.contains(.failed) else { return }
        // What came before the end is still told when reading fails.
        let isOpen = PQconsumeInput(link.raw) == 1
        events.heard()
        let before = inFlight.count
        let isInStep = takeResults()
        guard isOpen, isInStep, PQstatus(link.raw) == CONNECTION_OK else {
            return close(link.errorOfConnection(.connectionLost))
        }
        // Reading may have made room to write.
        guard link.flush() else { return close(link.errorOfConnection(.connectionLost)) }
        guard inFlight.count != before else { return }
        headSince = .now
        let stale = stale
        self.stale = []
        if use == .retiring, inFlight.isEmpty {
            close(PostgresError(.connectionLost, "replaced"))
        } else {
            watchAbandonedHead()
        }
        // Last: what is sent now may end this connection.
        for job in stale { events.again(job) }
        events.progressed()
    }

    /// False when libpq has no answer where one has to come.
    private func takeResults() -> Bool {
        var silences = 0
        while let job = inFlight.first, PQisBusy(link.raw) == 0 {
            guard let result = PQgetResult(link.raw) else {
                // The end of one command's results; two together: there is nothing at all.
                silences += 1
                if silences > 1 { return false }
                continue
            }
            silences = 0
            let status = PQresultStatus(result)
            switch status {
            case PGRES_PIPELINE_SYNC:
                PQclear(result)
                _ = inFlight.popFirst()
                answer(job)
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                job.completed += 1
                take(result, of: job)
            case PGRES_PIPELINE_ABORTED: PQclear(result)
            default:
                // The first error is the cause of those that follow.
                if job.error == nil { job.error = PostgresError(result: result, statement: job.statement.name) }
                PQclear(result)
                // COPY has no place in a pipeline.
                if status != PGRES_FATAL_ERROR { return false }
            }
        }
        return true
    }

    /// The last result is the statement's own: before it come those of BEGIN and of the preparation.
    private func take(_ result: OpaquePointer, of job: Job) {
        let storage = ResultStorage(result)
        guard job.completed == (job.opensTransaction ? 1 : 0) + (job.prepares ? 1 : 0) + 1 else { return }
        let columns = job.prepared?.columns ?? Columns(result)
        job.prepared?.columns = columns
        job.result = ResultSet(storage: storage, columns: columns)
    }

    private func answer(_ job: Job) {
        job.connection = nil
        guard var error = job.error else {
            if let result = job.result { job.finish(.success(result)) } else { job.fail(Self.outOfStep) }
            return
        }
        let wasNotPrepared = job.prepares && job.completed < (job.opensTransaction ? 2 : 1)
        if wasNotPrepared { job.prepared?.failure = error }
        let isStale = error.isStalePlan || error.sqlState == "26000"
        if isStale || wasNotPrepared, prepared[job.statement.key] === job.prepared {
            prepared[job.statement.key] = nil
        }
        if isStale, let cause = job.prepared?.failure { error = cause }
        if isStale, job.prepared?.failure == nil, job.mayRunAgain, job.runs == 1, !job.isOver {
            stale.append(job)
        } else {
            job.finish(.failure(error))
        }
    }

    private static let outOfStep = PostgresError(.connectionLost, "the server's answers are out of step")

    // MARK: Ending

    /// The time of a statement is over: when the server is at it, it is cancelled, and this connection takes no more. A statement further behind
    /// runs when its turn comes.
    func expired(_ job: Job) {
        if inFlight.first === job { retire() }
    }

    /// What a statement gets whose caller has gone already, when the server is at it.
    private static let grace = Duration.milliseconds(250)

    /// Sees to it that a statement that nobody waits for does not hold up the others.
    func watchAbandonedHead() {
        guard use == .shared || use == .exclusive else { return }
        timer?.cancel()
        timer = nil
        guard let job = inFlight.first, job.isOver else { return }
        timer = loop.schedule(after: Self.grace) { [self] in
            if inFlight.first === job { retire() }
        }
    }

    /// Takes no more, cancels what runs, and ends when the statements behind that have had their turn: 1 s at most.
    func retire() {
        guard use == .shared || use == .exclusive else { return }
        use = .retiring
        events.retired(self)
        guard !inFlight.isEmpty else { return close(PostgresError(.connectionLost, "replaced")) }
        cancelRunning()
        timer?.cancel()
        timer = loop.schedule(after: .seconds(1)) { [self] in
            close(PostgresError(.connectionLost, "closed, because a statement took longer than it may"))
        }
    }

    /// Asks the server to give up the statement that it is at.
    func cancelRunning() {
        CancelRequest(connection: link.raw)?.send()
    }

    /// Ends at once: whatever is unanswered gets `error`.
    func close(_ error: PostgresError) {
        guard use != .closed else { return }
        use = .closed
        timer?.cancel()
        timer = nil
        link.close()
        // Nothing of these has happened.
        for job in stale { job.fail(PostgresError(.connectionLost, error.message)) }
        stale = []
        for job in inFlight.takeAll() {
            var error = error
            job.connection = nil
            // What the server said last, such as that it is shutting down.
            if let last = job.error {
                error.sqlState = last.sqlState
                error.message = last.message
            }
            error.outcomeUnknown = job.commits
            job.fail(error)
        }
        events.closed(self, error)
    }
}
