public import Loop
public import Telemetry

/// Calls the operations of one peer service, of which there may be many instances: keeps one connection to each, spreads requests over those
/// that are well, and retries what may be retried.
public actor WireClient {
    typealias LookUp = @Sendable (String, UInt16) async throws -> [SocketAddress]

    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    let peer: String
    let host: String
    let port: UInt16
    let own: WireIdentity
    let secret: [UInt8]
    let lookUp: LookUp
    let limits: WireLimits
    let observability: WireObservability

    var roster: Roster
    var instances: [Instance] = []
    var connecting: [ObjectIdentifier: ClientConnection] = [:]
    private var budget = RetryBudget()
    private var meters: WireMeters
    var generator = SystemRandomNumberGenerator()
    var isRunning = false
    var isResolving = false
    var resolveTimer: ScheduledTimer?
    var connectTimer: ScheduledTimer?
    /// Since when no instance takes requests.
    var disconnectedSince = MonotonicTime.now()
    let waiting: WaitingCalls
    var lastProblem: String?

    /// - Parameters:
    ///   - peer: the service that must be at the other end.
    ///   - host: a name that every instance's address stands under, or an address.
    ///   - service: the caller's own name, by which the peer decides what it may call.
    ///   - secret: `WIRE_SECRET`; not empty.
    public init(
        loop: EventLoop, peer: String, host: String, port: UInt16, service: String, instance: String, secret: [UInt8],
        resolver: Resolver, observability: Observability, limits: WireLimits = .standard
    ) {
        self.init(
            loop: loop, peer: peer, host: host, port: port, service: service, instance: instance, secret: secret,
            lookUp: { host, port in try await resolver.addresses(host: host, port: port) },
            observability: observability, limits: limits)
    }

    /// - Parameter lookUp: the addresses of a name; the seam at which tests put several servers behind one.
    init(
        loop: EventLoop, peer: String, host: String, port: UInt16, service: String, instance: String, secret: [UInt8],
        lookUp: @escaping LookUp, observability: Observability, limits: WireLimits
    ) {
        guard let own = WireIdentity(service: service, instance: instance) else {
            preconditionFailure("a service's and an instance's name are 1 to 64 letters, digits, '-', '_' or '.'")
        }
        precondition(!secret.isEmpty, "a wire client needs a secret")
        self.loop = loop
        self.peer = peer
        self.host = host
        self.port = port
        self.own = own
        self.secret = secret
        self.lookUp = lookUp
        self.limits = limits
        self.observability = WireObservability(observability)
        meters = WireMeters(self.observability, peer: peer)
        waiting = WaitingCalls(loop: loop, limit: limits.waitingCalls)
        roster = Roster(limits)
    }

    // MARK: Life

    /// Keeps resolving, connecting and pinging until `stop()`, which must be called: a started client keeps itself alive.
    public func start() {
        guard !isRunning else { return }
        isRunning = true
        disconnectedSince = .now()
        resolve()
    }

    /// Closes every connection; calls that wait fail.
    public func stop() async {
        isRunning = false
        resolveTimer?.cancel()
        connectTimer?.cancel()
        resolveTimer = nil
        connectTimer = nil
        for connection in instances.map(\.connection) + Array(connecting.values) {
            await connection.close(WireError(.unavailable, "this client was stopped"))
        }
        roster = Roster(limits)
        waiting.wakeAll()
    }

    /// Whether at least one instance takes requests.
    public var isConnected: Bool {
        let now = MonotonicTime.now()
        return instances.contains { $0.takesRequests(at: now) }
    }

    /// How many instances are connected and not leaving.
    public var instanceCount: Int { instances.count { !$0.isLeaving } }

    // MARK: Calling

    /// Sends a request and waits for its answer.
    ///
    /// - Parameters:
    ///   - deadline: for everything, retries included. In a handler, pass on what `WireCall.remaining` says.
    ///   - affinity: requests with equal text go to the same instance while that one is well.
    /// - Throws: the peer's error; `deadline_exceeded`; `cancelled` as soon as the task is; `unavailable` when no instance is connected,
    ///   or the connection is lost; `resource_exhausted` when too much is in flight. After an error other than the peer's own it is not known whether
    ///   the operation was done.
    public func call<Op: Operation>(
        _: Op.Type, _ request: Op.Request, deadline: Duration, affinity: String? = nil
    ) async throws(WireError) -> Op.Response {
        let began = MonotonicTime.now()
        let end = began + deadline
        let meter = meters.meter(Op.self)
        budget.earn()
        let result: Result<Op.Response, WireError> = await observability.tracer.withSpan(Op.name, kind: .client) {
            span in
            span.set("peer.service", peer)
            do throws(WireError) {
                let response = try await attempts(Op.self, request, affinity, until: end, span.context)
                meter.record(nil, since: began)
                return .success(response)
            } catch {
                span.note(error)
                meter.record(error.code, since: began)
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func attempts<Op: Operation>(
        _: Op.Type, _ request: Op.Request, _ affinity: String?, until end: MonotonicTime, _ trace: SpanContext?
    ) async throws(WireError) -> Op.Response {
        var failures = 0
        while true {
            let failure: WireError
            do throws(WireError) {
                return try await attempt(Op.self, request, affinity, until: end, trace)
            } catch {
                failure = error
            }
            failures += 1
            guard Op.idempotent, failure.retryable, failures < limits.attempts else { throw failure }
            let jitter = limits.retryBackoff.delay(failures - 1, using: &generator)
            let wait = max(jitter, failure.retryAfter ?? .zero)
            guard MonotonicTime.now() + wait < end, budget.spend() else { throw failure }
            do {
                try await loop.sleep(for: wait)
            } catch {
                throw WireError(.cancelled, "withdrawn")
            }
            meters.meter(Op.self).retried()
        }
    }

    private func attempt<Op: Operation>(
        _: Op.Type, _ request: Op.Request, _ affinity: String?, until end: MonotonicTime, _ trace: SpanContext?
    ) async throws(WireError) -> Op.Response {
        let instance = try await chooseInstance(affinity, until: end)
        instance.began(at: .now())
        do throws(WireError) {
            let response = try await instance.connection.call(Op.self, request, until: end, trace: trace)
            _ = instance.ended(nil, at: .now())
            return response
        } catch {
            if instance.ended(error, at: .now()) {
                observability.logger.warning(
                    "wire circuit breaker opened",
                    [
                        "peer": .string(peer), "peer_instance": .string(instance.name),
                        "code": .string(error.code.rawValue),
                    ])
            }
            throw error
        }
    }

    // MARK: Choosing

    private func chooseInstance(_ affinity: String?, until end: MonotonicTime) async throws(WireError) -> Instance {
        while true {
            guard !Task.isCancelled else { throw WireError(.cancelled, "withdrawn") }
            let now = MonotonicTime.now()
            guard now < end else { throw WireError(.deadlineExceeded, "no time was left to send it") }
            if let instance = pick(affinity, at: now) { return instance }
            if let trial = instances.filter({ !$0.isLeaving }).compactMap(\.breaker.nextTrial).min() {
                throw WireError(
                    .unavailable, "every instance of \(peer) fails and is left alone for a while",
                    retryAfter: max(.zero, trial - now))
            }
            try await waitForConnection(until: min(end, disconnectedSince + limits.connectionWait), at: now)
        }
    }

    private func pick(_ affinity: String?, at now: MonotonicTime) -> Instance? {
        // One instance is the usual case, and needs no list.
        if instances.count == 1 {
            return instances[0].takesRequests(at: now) ? instances[0] : nil
        }
        let well = instances.filter { $0.takesRequests(at: now) }
        let candidates = well.map { Balancer.Candidate(instance: $0.name, load: $0.load) }
        return Balancer.pick(candidates, affinity: affinity, using: &generator).map { well[$0] }
    }

    /// Returns when something has changed; throws when it is time to give up.
    private func waitForConnection(until end: MonotonicTime, at now: MonotonicTime) async throws(WireError) {
        guard isRunning, now < end else { throw WireError(.unavailable, "no instance of \(peer) is connected") }
        guard let number = waiting.enter(for: end - now) else {
            throw WireError(.resourceExhausted, "\(limits.waitingCalls) calls wait for \(peer) to be connected")
        }
        await withTaskCancellationHandler {
            await waiting.wait(number)
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.waiting.wake(number) } }
        }
    }
}
