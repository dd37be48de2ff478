public import Loop
public import Telemetry

/// A Redis server, as a service uses it: one connection for commands and, when somebody subscribes, one for messages. Both are opened again
/// whenever they are lost.
///
/// What is kept in Redis can be lost, so nothing here waits for it to come back: without a connection a command fails at once, and nothing is sent
/// twice. Commands that wait on the server (BLPOP) don't belong here: they hold up all others, and after a second of silence the connection is
/// given up. Call `start()` first and `stop()` last: started, it lives until then. The process must ignore SIGPIPE (`Signals.blockForProcess`),
/// which hiredis does not prevent.
public actor RedisClient {
    nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    let url: RedisURL
    let resolver: Resolver
    private let maximumInFlight: Int
    private let logger: Logger
    private let tracer: Tracer
    private let durations: Histogram
    private let errors: Counter
    /// What callers wait for, by the numbers of their jobs.
    private let answers: PendingValues<RedisJob.Outcome>
    private var jobCount = 0
    private var inFlight = 0
    private var link: RedisLink?
    private var connector: Task<Void, Never>?
    var isStopping = false
    let subscriptions = Subscriptions()
    /// What the server calls a script, by the script's key.
    private var digests: [UInt: [UInt8]] = [:]

    /// - Parameters:
    ///   - maximumInFlight: commands on their way; one more gets `tooManyInFlight`.
    ///   - observability: a span a command that serves a request (`redis ` and its first word, no keys), `redis_command_duration_seconds`,
    ///     `redis_errors_total`, and a line in the log when the server goes and comes.
    public init(
        loop: EventLoop, url: RedisURL, maximumInFlight: Int = 4_096, resolver: Resolver = Resolver(),
        observability: Observability = .quiet(service: "")
    ) {
        logger = observability.logger
        tracer = observability.tracer
        durations = observability.metrics.histogram(
            "redis_command_duration_seconds", "Time from a command's call to its answer.", labels: ["command"],
            buckets: [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.25])
        errors = observability.metrics.counter(
            "redis_errors_total", "Commands that gave an error.", labels: ["command", "kind"])
        answers = PendingValues(loop: loop)
        self.loop = loop
        self.url = url
        self.maximumInFlight = maximumInFlight
        self.resolver = resolver
    }

    /// Begins to connect, and connects again whenever the connection ends, until `stop()`.
    public func start() {
        guard connector == nil, !isStopping else { return }
        connector = Task.immediate { [self] in
            await keepConnected { link, error in
                if link == nil, self.link != nil { logger.warning("redis lost", ["error": .error(error)]) }
                if link != nil { logger.info("redis connected") }
                self.link = link
            }
        }
    }

    /// Whether there is a connection on which the server has answered, and has not fallen silent.
    public var isConnected: Bool { link != nil }

    /// Ends the connections; what is unanswered fails.
    public func stop() {
        guard !isStopping else { return }
        isStopping = true
        connector?.cancel()
        subscriptions.task?.cancel()
        link?.close()
        subscriptions.link?.close()
    }

    // MARK: Commands

    /// Sends a command and gives its answer.
    public func command(
        _ words: [String], deadline: Duration = .milliseconds(250)
    ) async throws(RedisError) -> RedisReply {
        try await command(words.map { Array($0.utf8) }, deadline: deadline)
    }

    /// Sends a command whose words may be any bytes.
    public func command(
        _ words: [[UInt8]], deadline: Duration = .milliseconds(250)
    ) async throws(RedisError) -> RedisReply {
        precondition(!words.isEmpty, "a command has at least its name")
        // Commands are constants of the program, so there are few of them.
        let name = String(decoding: words[0], as: UTF8.self)
        // A command that serves no request (a probe) begins no trace.
        let span = Trace.current.map {
            tracer.startSpan("redis \(name)", kind: .client, parent: $0, attributes: ["db.system.name": "redis"])
        }
        let start = ContinuousClock.now
        defer {
            durations.observe(.now - start, name, exemplar: span?.context)
            span?.end()
        }
        do throws(RedisError) {
            return try await send(words, deadline: deadline)
        } catch {
            errors.add(1, name, error.kind.rawValue)
            span?.fail(error)
            throw error
        }
    }

    private func send(_ words: [[UInt8]], deadline: Duration) async throws(RedisError) -> RedisReply {
        guard let link else {
            throw isStopping
                ? RedisError(.stopped, "the client has been stopped")
                : RedisError(.notConnected, "there is no connection")
        }
        guard inFlight < maximumInFlight else {
            throw RedisError(.tooManyInFlight, "too many commands wait for an answer")
        }
        inFlight += 1
        return try await exchange(words, on: link, deadline: deadline) { [self] in inFlight -= 1 }
    }

    func exchange(
        _ words: [[UInt8]], on link: RedisLink, deadline: Duration, _ onAnswer: @escaping () -> Void = {}
    ) async throws(RedisError) -> RedisReply {
        jobCount += 1
        let job = RedisJob(number: jobCount, answers: answers, deadline: deadline, on: loop, onAnswer: onAnswer)
        link.send(words, job)
        let outcome = await withTaskCancellationHandler {
            await answers.value(of: job.number)
        } onCancel: {
            loop.execute {
                job.leave(RedisError(.cancelled, "the caller's task was cancelled", outcomeUnknown: true))
            }
        }
        return try outcome.get()
    }

    /// Asks the server for a sign of life.
    public func ping(deadline: Duration = .milliseconds(250)) async throws(RedisError) {
        _ = try await command(["PING"], deadline: deadline)
    }

    /// Sends a message to all who subscribe to a channel, and gives how many they are.
    @discardableResult
    public func publish(
        _ channel: String, _ payload: [UInt8], deadline: Duration = .milliseconds(250)
    ) async throws(RedisError) -> Int {
        try await command([Array("PUBLISH".utf8), Array(channel.utf8), payload], deadline: deadline).int ?? 0
    }

    // MARK: Scripts

    /// Runs a script as one step. The server keeps it: after the first time only its digest travels, unless the server has forgotten it.
    public func evaluate(
        _ script: RedisScript, keys: [String], arguments: [String] = [], deadline: Duration = .milliseconds(250)
    ) async throws(RedisError) -> RedisReply {
        let rest = [Array(String(keys.count).utf8)] + (keys + arguments).map { Array($0.utf8) }
        if let digest = digests[script.key] {
            do throws(RedisError) {
                return try await command([Array("EVALSHA".utf8), digest] + rest, deadline: deadline)
            } catch  where error.code == "NOSCRIPT" {
                // The server was started anew; nothing has run.
            }
        }
        let source = script.source.withUTF8Buffer { Array($0) }
        async let loaded = try? command([Array("SCRIPT".utf8), Array("LOAD".utf8), source], deadline: deadline)
        let reply = try await command([Array("EVAL".utf8), source] + rest, deadline: deadline)
        if let digest = await loaded?.bytes { digests[script.key] = digest }
        return reply
    }
}
