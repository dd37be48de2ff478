public import Loop
public import Telemetry

/// Calls the operations of one peer service, of which there may be many instances: keeps one connection to each, spreads requests over those
/// that are well, and retries what may be retried.
public actor WireClient {
    typealias LookUp = @Sendable (String, UInt16) async throws -> [SocketAddress]

    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// One instance that is connected.
    private final class Instance {
        let name: String
        let connection: ClientConnection
        var breaker: CircuitBreaker
        var load = 0
        /// It said goaway.
        var isLeaving = false

        init(name: String, connection: ClientConnection, breaker: CircuitBreaker) {
            self.name = name
            self.connection = connection
            self.breaker = breaker
        }
    }

    private let peer: String
    private let host: String
    private let port: UInt16
    private let own: WireIdentity
    private let secret: [UInt8]
    private let lookUp: LookUp
    private let limits: WireLimits
    private let observability: WireObservability

    private var roster: Roster
    private var instances: [Instance] = []
    private var connecting: [ObjectIdentifier: ClientConnection] = [:]
    private var budget = RetryBudget()
    private var generator = SystemRandomNumberGenerator()
    private var isRunning = false
    private var isResolving = false
    private var resolveTimer: ScheduledTimer?
    private var connectTimer: ScheduledTimer?
    /// Since when no instance takes requests.
    private var disconnectedSince = MonotonicTime.now()
    private var waiting: [Int: Waiting] = [:]
    private var lastWaiting = 0
    private var lastProblem: String?

    private struct Waiting {
        var continuation: CheckedContinuation<Void, Never>
        var timer: ScheduledTimer
    }

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
        wakeWaiting()
    }

    /// Whether at least one instance takes requests.
    public var isConnected: Bool {
        let now = MonotonicTime.now()
        return instances.contains { !$0.isLeaving && $0.breaker.allowsRequest(at: now) }
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
        budget.earn()
        do {
            let response = try await observability.tracer.withSpan(Op.name, kind: .client) { span in
                try await attempts(Op.self, request, affinity, until: end, span.context)
            }
            observability.record(Op.name, peer: peer, nil, since: began)
            return response
        } catch {
            // Nothing else is thrown in there; the span's signature does not say so.
            let error = error as? WireError ?? WireError(.internal, "a fault in the wire's client")
            observability.record(Op.name, peer: peer, error.code, since: began)
            throw error
        }
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
            observability.retried(Op.name, peer: peer)
        }
    }

    private func attempt<Op: Operation>(
        _: Op.Type, _ request: Op.Request, _ affinity: String?, until end: MonotonicTime, _ trace: SpanContext?
    ) async throws(WireError) -> Op.Response {
        let instance = try await chooseInstance(affinity, until: end)
        instance.load += 1
        instance.breaker.began(at: .now())
        defer { instance.load -= 1 }
        do throws(WireError) {
            let response = try await instance.connection.call(Op.self, request, until: end, trace: trace)
            instance.breaker.succeeded(at: .now())
            return response
        } catch {
            note(error, of: instance)
            throw error
        }
    }

    private func note(_ error: WireError, of instance: Instance) {
        switch error.code {
        case .unavailable, .deadlineExceeded, .internal:
            let wasWell = instance.breaker.state == .closed
            instance.breaker.failed(at: .now())
            if wasWell, instance.breaker.state != .closed {
                observability.logger.warning(
                    "wire circuit breaker opened",
                    [
                        "peer": .string(peer), "peer_instance": .string(instance.name),
                        "code": .string(error.code.rawValue),
                    ])
            }
        case .cancelled, .resourceExhausted: instance.breaker.abandoned(at: .now())
        case .invalidArgument, .notFound, .conflict, .unauthenticated, .permissionDenied, .unimplemented:
            instance.breaker.succeeded(at: .now())
        }
    }

    // MARK: Choosing

    private func chooseInstance(_ affinity: String?, until end: MonotonicTime) async throws(WireError) -> Instance {
        while true {
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
            return !instances[0].isLeaving && instances[0].breaker.allowsRequest(at: now) ? instances[0] : nil
        }
        let well = instances.filter { !$0.isLeaving && $0.breaker.allowsRequest(at: now) }
        let candidates = well.map { Balancer.Candidate(instance: $0.name, load: $0.load) }
        return Balancer.pick(candidates, affinity: affinity, using: &generator).map { well[$0] }
    }

    /// Returns when something has changed; throws when it is time to give up.
    private func waitForConnection(until end: MonotonicTime, at now: MonotonicTime) async throws(WireError) {
        guard isRunning, now < end else { throw WireError(.unavailable, "no instance of \(peer) is connected") }
        guard waiting.count < limits.waitingCalls else {
            throw WireError(.resourceExhausted, "\(limits.waitingCalls) calls wait for \(peer) to be connected")
        }
        lastWaiting += 1
        let key = lastWaiting
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let timer = loop.schedule(after: end - now) { [self] in wake(key) }
                waiting[key] = Waiting(continuation: continuation, timer: timer)
            }
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.wake(key) } }
        }
        guard !Task.isCancelled else { throw WireError(.cancelled, "withdrawn") }
    }

    private func wake(_ key: Int) {
        guard let call = waiting.removeValue(forKey: key) else { return }
        call.timer.cancel()
        call.continuation.resume()
    }

    private func wakeWaiting() {
        for key in Array(waiting.keys) { wake(key) }
    }

    // MARK: Connecting

    private func resolve() {
        guard isRunning, !isResolving else { return }
        isResolving = true
        resolveTimer?.cancel()
        Task.immediate { [self] in
            do {
                roster.resolved(try await lookUp(host, port), at: .now())
            } catch {
                // The addresses that are known stay: a name server that is away must not cut services off from each other.
                report("\(error)")
            }
            isResolving = false
            guard isRunning else { return }
            resolveTimer = loop.schedule(after: limits.resolving) { [self] in resolve() }
            connectToDue()
        }
    }

    private func connectToDue() {
        guard isRunning else { return }
        connectTimer?.cancel()
        for address in roster.due(at: .now()) {
            let connection = ClientConnection(
                to: address, loop: loop, own: own, peer: peer, secret: secret, limits: limits
            ) { [self] connection, event in
                assumeIsolated { $0.handle(event, of: connection) }
            }
            connecting[ObjectIdentifier(connection)] = connection
            connection.assumeIsolated { $0.start() }
        }
        connectTimer = roster.nextTry.map { next in
            loop.schedule(after: next - .now()) { [self] in connectToDue() }
        }
    }

    private func handle(_ event: ClientConnection.Event, of connection: ClientConnection) {
        switch event {
        case .opened(let server): opened(connection, server)
        case .goaway:
            guard let instance = instances.first(where: { $0.connection === connection }) else { return }
            leave(instance)
        case .closed(let reason): closed(connection, reason)
        }
    }

    private func opened(_ connection: ClientConnection, _ server: WireIdentity) {
        connecting[ObjectIdentifier(connection)] = nil
        guard isRunning, roster.opened(connection.address, server.instance, at: .now()) else {
            connection.assumeIsolated { $0.close(WireError(.unavailable, "the instance is connected already")) }
            return
        }
        lastProblem = nil
        instances.append(
            Instance(name: server.instance, connection: connection, breaker: CircuitBreaker(limits.breaker)))
        observability.logger.info(
            "wire peer connected",
            [
                "peer": .string(peer), "peer_instance": .string(server.instance),
                "address": .string(connection.address.description),
            ])
        wakeWaiting()
    }

    /// It takes no more requests; what is in flight there goes on.
    private func leave(_ instance: Instance) {
        guard !instance.isLeaving else { return }
        instance.isLeaving = true
        roster.ended(instance.connection.address, at: .now(), using: &generator)
        noteConnections()
        resolve()
    }

    private func closed(_ connection: ClientConnection, _ reason: WireError) {
        if let index = instances.firstIndex(where: { $0.connection === connection }) {
            let instance = instances.remove(at: index)
            observability.logger.info(
                "wire peer disconnected",
                [
                    "peer": .string(peer), "peer_instance": .string(instance.name),
                    "reason": .string(reason.description),
                ])
            leave(instance)
        } else if connecting.removeValue(forKey: ObjectIdentifier(connection)) != nil {
            roster.ended(connection.address, at: .now(), using: &generator)
            report(reason.description)
        }
        connectToDue()
    }

    private func noteConnections() {
        if instances.allSatisfy(\.isLeaving) { disconnectedSince = .now() }
    }

    /// Attempts go on every second: each new problem is logged once.
    private func report(_ problem: String) {
        guard isRunning, problem != lastProblem else { return }
        lastProblem = problem
        observability.logger.warning("wire peer not reached", ["peer": .string(peer), "error": .string(problem)])
    }
}
