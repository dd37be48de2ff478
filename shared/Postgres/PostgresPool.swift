public import Loop
public import Telemetry

/// A database, as a service uses it: some connections to one PostgreSQL server, kept open and opened again, shared by all callers.
///
/// `query` and `execute` commit by themselves and travel in pipelines: many callers' statements on few connections, without waiting for each
/// other's answers. `transaction` has a connection to itself while it lasts. Everything has a deadline; what waits is bounded; when there is no
/// connection statements fail at once. Call `start()` first and `stop()` last: started, it lives until then.
public actor PostgresPool {
    /// How much a pool takes on.
    public struct Limits: Sendable {
        /// Statements on their way on one connection.
        public var pipelineDepth = 128
        /// Statements and transactions that wait for a place on a connection; one more gets `poolExhausted`.
        public var waiting = 1_024

        public init() {}
    }

    nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    let url: PostgresURL
    let applicationName: String
    let size: Int
    let limits: Limits
    let resolver: Resolver
    let logger: Logger
    var observer: StatementObserver
    /// What callers wait for, by the numbers of their jobs.
    let answers: PendingValues<Job.Outcome>
    private var jobCount = 0

    /// Open ones, those that belong to transactions included.
    var connections: [PipelineConnection] = []
    /// Replaced already, and about to end.
    var retiring: [PipelineConnection] = []
    var availability = Availability.unknown
    /// The number of connections is still growing.
    var isOpening = false
    var isStopping = false
    var connector: Task<Void, Never>?
    var connectorWaiting: CheckedContinuation<Void, Never>?
    var stopWaiting: CheckedContinuation<Void, Never>?
    /// When something came from the server last.
    var lastHeard = ContinuousClock.now
    /// A deadline passed and since then nothing has come from the server.
    var isSilent = false

    private var waiting = FIFO<Job>()
    /// Without those whose callers have gone.
    private var waitingCount = 0
    var leasesWaiting = FIFO<LeaseRequest>()
    var leasesWaitingCount = 0
    var leaseCount = 0
    /// What transactions wait for, by the numbers of their requests.
    let leases: PendingValues<LeaseRequest.Outcome>
    var requestCount = 0
    var listener: Listener?
    private var nextConnection = 0

    enum Availability {
        /// Nothing has been tried since the start, or since the last connection ended.
        case unknown
        case up
        case down(PostgresError)
    }

    /// - Parameters:
    ///   - size: connections. One of them is always left to `query`, when there is more than one.
    ///   - applicationName: how the server shows the connections in `pg_stat_activity`.
    ///   - observability: a span a statement that serves a request (`db ` and its name, without parameters), `postgres_query_duration_seconds`,
    ///     `postgres_errors_total` and `postgres_connections`, and a line in the log when the database goes and comes.
    public init(
        loop: EventLoop, url: PostgresURL, size: Int = 8, applicationName: String, limits: Limits = Limits(),
        resolver: Resolver = Resolver(), observability: Observability = .quiet(service: "")
    ) {
        self.loop = loop
        self.url = url
        self.size = max(1, size)
        self.applicationName = applicationName
        self.limits = limits
        self.resolver = resolver
        logger = observability.logger
        observer = StatementObserver(observability)
        answers = PendingValues(loop: loop)
        leases = PendingValues(loop: loop)
    }

    // MARK: Statements

    /// Runs a statement that commits by itself, and gives its rows. All of them are in memory at once: bound them in SQL.
    public func query(
        _ statement: Statement, _ parameters: [PostgresValue] = [], deadline: Duration = .seconds(5)
    ) async throws(PostgresError) -> [Row] {
        try await run(makeJob(statement, parameters), deadline: deadline).rows
    }

    /// Runs a statement that commits by itself, and gives how many rows it touched.
    @discardableResult
    public func execute(
        _ statement: Statement, _ parameters: [PostgresValue] = [], deadline: Duration = .seconds(5)
    ) async throws(PostgresError) -> Int {
        try await run(makeJob(statement, parameters), deadline: deadline).affected
    }

    /// Whether the database answers, as far as is known now: true between the first connection and the moment when the last one has ended or a
    /// deadline passed in silence. A health check that wants to know about a cut network calls `ping` too.
    public var isReachable: Bool {
        if case .up = availability { !isSilent } else { false }
    }

    /// Asks the server for a sign of life.
    public func ping(deadline: Duration = .seconds(1)) async throws(PostgresError) {
        _ = try await query(Self.pingStatement, deadline: deadline)
    }

    private static let pingStatement = Statement("ping", "SELECT 1")

    /// `commits` and the others: as `Job` has them.
    func makeJob(
        _ statement: Statement, _ parameters: [PostgresValue], opensTransaction: Bool = false, commits: Bool = true,
        mayRunAgain: Bool = true
    ) -> Job {
        jobCount += 1
        return Job(
            statement, parameters, number: jobCount, answers: answers, opensTransaction: opensTransaction,
            commits: commits,
            mayRunAgain: mayRunAgain)
    }

    func run(
        _ job: Job, on connection: PipelineConnection? = nil, deadline: Duration
    ) async throws(PostgresError) -> ResultSet {
        let observation = observer.begin(job.statement)
        job.timer = loop.schedule(after: deadline) { [self] in expire(job) }
        if let connection { connection.send(job) } else { dispatch(job) }
        let outcome = await withTaskCancellationHandler {
            await answers.value(of: job.number)
        } onCancel: {
            loop.execute { [self] in assumeIsolated { $0.cancel(job) } }
        }
        observer.end(observation, outcome)
        return try outcome.get()
    }

    // MARK: Dispatch

    private func dispatch(_ job: Job) {
        if isStopping { return job.fail(Self.stopped) }
        if let connection = quietestConnection() { return connection.send(job) }
        if case .down(let error) = availability { return job.fail(error) }
        guard waitingCount < limits.waiting else { return job.fail(Self.exhausted) }
        waiting.append(job)
        waitingCount += 1
    }

    static let stopped = PostgresError(.stopped, "the pool has been stopped")
    static let exhausted = PostgresError(.poolExhausted, "too many statements wait for the database")

    /// A statement that runs so long already holds up those behind it.
    private static let slow = Duration.milliseconds(10)

    /// The shared connection with the least to do: an idle one, else the shortest pipeline that no slow statement holds up, else any with room.
    private func quietestConnection() -> PipelineConnection? {
        var best: (connection: PipelineConnection, load: Int)?
        var now: ContinuousClock.Instant?
        // More connections come in a moment: better to wait for one than behind a statement that may be slow.
        let mayQueue = !isOpening || waitingCount * 2 >= limits.waiting
        nextConnection &+= 1
        for offset in 0..<connections.count {
            let connection = connections[(nextConnection &+ offset) % connections.count]
            guard connection.use == .shared else { continue }
            var load = connection.inFlight.count
            if load == 0 { return connection }
            guard mayQueue, load < limits.pipelineDepth else { continue }
            let time = now ?? .now
            now = time
            if time - connection.headSince > Self.slow { load += limits.pipelineDepth }
            if load < best?.load ?? .max { best = (connection, load) }
        }
        return best?.connection
    }

    /// Sends what waits, as far as there is room.
    func dispatchWaiting() {
        grantLeases()
        while let job = waiting.first {
            guard !job.isOver else {
                _ = waiting.popFirst()
                continue
            }
            guard let connection = quietestConnection() else { return }
            _ = waiting.popFirst()
            waitingCount -= 1
            connection.send(job)
        }
    }

    func failWaiting(_ error: PostgresError) {
        for job in waiting.takeAll() where !job.isOver { job.fail(error) }
        waitingCount = 0
        for request in leasesWaiting.takeAll() { request.finish(.failure(error)) }
        leasesWaitingCount = 0
    }

    func sendAgain(_ job: Job) {
        dispatch(job)
    }

    // MARK: Callers that go

    /// So long without a byte from the server, though it was asked, that it may be cut off.
    private static let silence = Duration.milliseconds(200)

    private func expire(_ job: Job) {
        if let sent = job.sentAt, sent > lastHeard, .now - sent > Self.silence { isSilent = true }
        let connection = leave(job, PostgresError(.deadlineExceeded, "no answer in time"))
        connection?.expired(job)
    }

    private func cancel(_ job: Job) {
        let connection = leave(job, PostgresError(.cancelled, "the caller's task was cancelled"))
        connection?.watchAbandonedHead()
    }

    /// Gives the caller an error; the connection on which the statement still is.
    private func leave(_ job: Job, _ error: PostgresError) -> PipelineConnection? {
        guard !job.isOver else { return nil }
        guard let connection = job.connection else {
            job.fail(error)
            waitingCount -= 1
            // Those whose callers have gone are dropped when their turn comes, or here, when it does not come.
            if waiting.count > 2 * limits.waiting { waiting.removeAll { $0.isOver } }
            return nil
        }
        var error = error
        error.outcomeUnknown = job.commits
        job.fail(error)
        return connection
    }
}
