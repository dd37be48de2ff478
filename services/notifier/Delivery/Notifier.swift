import Contracts
import Loop
import Telemetry

/// Claims what waits and has it delivered: when it is told to, and by itself twice a second. Claims are one at a time; deliveries run beside each
/// other, never two of one conversation.
actor Notifier {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let store: OutboundStore
    private let receipts: Receipts
    private let delivery: Delivery
    private let metrics: NotifierMetrics
    private let logger: Logger
    private let timing: NotifierTiming

    /// Conversations that were named and are to be claimed first.
    private var woken: Set<ConversationKey> = []
    private var looksAtAll = false
    private var isClaiming = false
    private var claimNumber = 0
    /// Claims whose outcome was not heard: there may be rows that nobody works on.
    private var unknownClaims: [Int] = []
    private var inFlight: Set<Int> = []
    private var isApplying = false
    private var appliesAgain = false
    private var sweeps = 0
    private var sweeper: Task<Void, Never>?
    private var isStopping = false

    /// Messages in delivery at once.
    static let inFlightLimit = 256
    /// Rows a claim.
    static let claimLimit = 64
    /// Named conversations that are remembered; the sweep finds the others.
    static let wokenLimit = 10_000

    init(
        loop: EventLoop, store: OutboundStore, receipts: Receipts, delivery: Delivery, metrics: NotifierMetrics,
        logger: Logger
    ) {
        self.loop = loop
        self.store = store
        self.receipts = receipts
        self.delivery = delivery
        self.metrics = metrics
        self.logger = logger
        timing = store.timing
    }

    // MARK: Life

    func start() {
        sweeper = Task.immediate {
            while !Task.isCancelled {
                await sweep()
                // Ends by cancellation only, which the loop's condition sees.
                try? await loop.sleep(for: timing.sweep)
            }
        }
    }

    /// Claims no more, and waits for what is being sent. What is not done in time is left to its lease.
    func stop(within limit: Duration) async {
        isStopping = true
        sweeper?.cancel()
        await sweeper?.value
        let end = ContinuousClock.now + limit
        while !inFlight.isEmpty || isClaiming, .now < end {
            // Not cancelled by anyone.
            try? await loop.sleep(for: .milliseconds(10))
        }
    }

    // MARK: Looking

    /// Rows of these conversations wait, or (none named) receipts do. Returns at once.
    func wake(_ keys: [ConversationKey]) {
        if woken.count < Self.wokenLimit { woken.formUnion(keys) }
        claimSoon()
        applySoon()
    }

    private func sweep() async {
        do {
            woken.formUnion(try await store.expireClaims(limit: Self.inFlightLimit))
            // Every tenth time: the gauge is for people.
            if sweeps % 10 == 0 { metrics.set(deadLetters: try await store.countDeadLetters()) }
            sweeps += 1
        } catch {
            logger.warning("the queue can't be read", ["error": .error(error)])
        }
        metrics.set(stoppedNumbers: await delivery.stoppedHotels.count)
        applySoon()
        looksAtAll = true
        claimSoon()
    }

    private func applySoon() {
        appliesAgain = true
        guard !isApplying, !isStopping else { return }
        isApplying = true
        Task.immediate {
            while appliesAgain, !isStopping {
                appliesAgain = false
                let (moved, isFull) = await receipts.apply()
                if isFull { appliesAgain = true }
                if !moved.isEmpty {
                    woken.formUnion(moved)
                    claimSoon()
                }
            }
            isApplying = false
        }
    }

    // MARK: Claiming

    private func claimSoon() {
        guard !isClaiming, !isStopping else { return }
        isClaiming = true
        Task.immediate {
            do {
                while try await claimOnce() {}
            } catch {
                // The sweep looks again in a moment.
                logger.warning("could not claim", ["error": .error(error)])
            }
            isClaiming = false
        }
    }

    /// One claim; false when there is nothing to look for, or no room.
    private func claimOnce() async throws -> Bool {
        let room = min(Self.claimLimit, Self.inFlightLimit - inFlight.count)
        guard !isStopping, room > 0, !woken.isEmpty || looksAtAll else { return false }
        if !unknownClaims.isEmpty {
            try await store.forgetClaims(unknownClaims)
            unknownClaims = []
        }
        let number = claimNumber
        let keys = Array(woken.prefix(room))
        woken.subtract(keys)
        if keys.isEmpty { looksAtAll = false }
        claimNumber += 1
        let rows: [OutboundRow]
        do {
            rows = try await store.claim(
                keys.isEmpty ? nil : keys, limit: room, closedHotels: await delivery.closedHotels, number: number)
        } catch {
            unknownClaims.append(number)
            throw error
        }
        if keys.isEmpty, rows.count == room { looksAtAll = true }
        for row in rows { begin(row) }
        return true
    }

    private func begin(_ row: OutboundRow) {
        inFlight.insert(row.id)
        Task.immediate {
            let isMoreExpected = await delivery.deliver(row)
            inFlight.remove(row.id)
            if isMoreExpected { woken.insert(row.key) }
            claimSoon()
        }
    }
}
