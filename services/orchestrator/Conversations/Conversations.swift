import Contracts
import Loop
import Postgres
import Telemetry

/// The conversations that this process is taking turns of: at most one task each, and a bound on all together.
actor Conversations {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let services: TurnServices
    private var running: [ConversationKey: Running] = [:]
    /// Wait for a place, oldest first.
    private var queue: [ConversationKey] = []
    private var queued: Set<ConversationKey> = []
    /// Failures in a row that were not the database's being away.
    private var failures: [ConversationKey: Int] = [:]
    private var isStopping = false
    private var sweep: Task<Void, any Error>?

    private struct Running {
        var conversation: Conversation
        var task: Task<Void, Never>
        /// A nudge came that no claim has answered yet.
        var hasNews = false
    }

    static let atOnce = 256
    /// Beyond it a nudge is dropped: the sweep finds the conversation later.
    static let longestQueue = 4_096
    private static let sweepInterval = Duration.milliseconds(500)
    private static let failuresATurn = 3

    init(services: TurnServices, loop: EventLoop) {
        self.services = services
        self.loop = loop
    }

    /// Begins to look for conversations whose nudge was lost or whose process died.
    func start() {
        sweep = Task.immediate {
            while true {
                try await loop.sleep(for: Self.sweepInterval)
                await sweepOnce()
            }
        }
    }

    /// Messages of a conversation wait. Returns at once.
    func nudge(_ key: ConversationKey) async {
        if let conversation = running[key]?.conversation {
            running[key]?.hasNews = true
            await conversation.nudge()
        } else {
            begin(key)
        }
    }

    /// Takes no more turns; those under way are finished, or given back when the time is over.
    func stop(within limit: Duration) async {
        isStopping = true
        sweep?.cancel()
        queue = []
        queued = []
        let end = ContinuousClock.now + limit
        while !running.isEmpty, ContinuousClock.now < end {
            // Not cancelled: this is the end of the process.
            try? await loop.sleep(for: .milliseconds(20))
        }
        let unfinished = running
        for entry in unfinished.values { entry.task.cancel() }
        for (key, entry) in unfinished {
            await entry.task.value
            await giveBack(key)
        }
    }

    private func begin(_ key: ConversationKey) {
        guard !isStopping else { return }
        guard running.count < Self.atOnce else {
            if queue.count < Self.longestQueue, queued.insert(key).inserted { queue.append(key) }
            return
        }
        let conversation = Conversation(key: key, services: services, loop: loop)
        // Registered before the task begins, because it may end before `Task.immediate` returns.
        let task = Task { await run(conversation, key) }
        running[key] = Running(conversation: conversation, task: task)
    }

    private func run(_ conversation: Conversation, _ key: ConversationKey) async {
        do {
            repeat {
                running[key]?.hasNews = false
                try await conversation.takeTurns()
            } while running[key]?.hasNews == true && !isStopping
            failures[key] = nil
        } catch {
            await failed(conversation, key, error)
        }
        running[key] = nil
        if !queue.isEmpty {
            let next = queue.removeFirst()
            queued.remove(next)
            begin(next)
        }
    }

    /// The conversation is given back, and a sweep takes it up again: what failed without a process's death is no attempt.
    private func failed(_ conversation: Conversation, _ key: ConversationKey, _ error: any Error) async {
        if error is CancellationError || isStopping { return await giveBack(key) }
        services.metrics.failures.add()
        services.observability.logger.warning(
            "a turn is tried again", ["conversation": .string(key.conversation), "error": .error(error)])
        if Self.mayPass(error) { return await giveBack(key) }
        let count = (failures[key] ?? 0) + 1
        failures[key] = count
        guard count >= Self.failuresATurn else { return await giveBack(key) }
        do {
            try await conversation.giveUp("turn_failed")
            failures[key] = nil
        } catch {
            services.observability.logger.error(
                "a turn can't be given up", ["conversation": .string(key.conversation), "error": .error(error)])
            await giveBack(key)
        }
    }

    /// Whether a turn failed for a reason that lies outside it: it is tried for as long as that lasts.
    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case let error as PostgresError: error.isTransient
        case ConversationError.taken, ConversationError.stopped: true
        default: false
        }
    }

    private func giveBack(_ key: ConversationKey) async {
        // What can't be given back stays this process's until its lease ends, which is no new attempt either.
        try? await services.store.release(key)
    }

    private func sweepOnce() async {
        let free = Self.atOnce - running.count
        guard free > 0 else { return }
        do {
            for key in try await services.store.waiting(limit: free) where running[key] == nil { begin(key) }
        } catch {
            services.observability.logger.debug("the sweep found no database", ["error": .error(error)])
        }
    }
}
