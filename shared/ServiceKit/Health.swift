public import Loop

/// Whether this process and what it depends on do their part. Each check runs about twice a second, so that readiness tells the truth within two
/// seconds, and a probe costs nothing.
public actor Health {
    /// One dependency.
    public struct Check: Sendable {
        /// The key in `/health/ready`: `database`, `redis`, `pms` …
        public var name: String
        /// Whether this process can't do its own part without it: `/health/traffic` asks only these.
        public var isEssential: Bool
        var body: @Sendable () async -> Bool
    }

    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private var checks: [Check] = []
    private var results: [String: (isOK: Bool, at: ContinuousClock.Instant)] = [:]
    private var phase = Phase.starting
    private var polls: [Task<Void, Never>] = []

    enum Phase: Sendable { case starting, running, stopping }

    static let interval = Duration.milliseconds(500)
    /// An answer that is older counts no more: its check hangs.
    static let lifetime = Duration.seconds(2)

    public init(loop: EventLoop) {
        self.loop = loop
    }

    /// `body` must answer within a second; one that takes longer than two counts as no.
    public func add(_ name: String, isEssential: Bool, _ body: @escaping @Sendable () async -> Bool) {
        let check = Check(name: name, isEssential: isEssential, body: body)
        checks.append(check)
        polls.append(
            Task.immediate {
                while !Task.isCancelled {
                    results[check.name] = (await check.body(), .now)
                    // Ends by cancellation only, which the loop's condition sees.
                    try? await loop.sleep(for: Self.interval)
                }
            })
    }

    func enter(_ phase: Phase) {
        self.phase = phase
        if phase == .stopping { for poll in polls { poll.cancel() } }
    }

    /// Every check by name, in the order in which they were added, and whether all hold.
    public var readiness: (isReady: Bool, status: String, checks: [(name: String, isOK: Bool)]) {
        let all = checks.map { ($0.name, holds($0)) }
        let isReady = phase == .running && all.allSatisfy(\.1)
        let status =
            switch phase {
            case .starting: "starting"
            case .running: isReady ? "ready" : "not_ready"
            case .stopping: "stopping"
            }
        return (isReady, status, all)
    }

    /// Whether this process can do its own part.
    public var takesTraffic: Bool {
        phase == .running && checks.allSatisfy { !$0.isEssential || holds($0) }
    }

    private func holds(_ check: Check) -> Bool {
        guard let result = results[check.name] else { return false }
        return result.isOK && ContinuousClock.now - result.at < Self.lifetime
    }
}
