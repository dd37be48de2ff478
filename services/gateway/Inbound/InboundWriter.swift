import Loop
import Postgres
import Telemetry

/// Commits messages that arrive together together: inserts of at most 256 rows, a few at a time. A caller is answered after its
/// rows are committed, so a process that dies here has promised nothing.
actor InboundWriter {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let store: InboundStore
    private let limiter: RateLimiter
    private let observability: Observability
    private let delayed: Counter
    private var pending: [(row: InboundRow, ticket: Ticket)] = []
    private var inFlight = 0
    private var isGathering = false
    private let outcomes: PendingValues<Result<[StoredMessage], any Error>>
    private var lastTicket = 0

    static let rowsABatch = 256
    /// Beyond it messages are refused, and the provider sends them again.
    static let longestQueue = 8_192
    /// Few callers get commits side by side, as on connections of their own; of many callers, each batch takes a share.
    private static let batchesAtOnce = 4

    /// What a caller waits for. Belongs to the writer's loop.
    private final class Ticket {
        let number: Int
        var remaining: Int
        var stored: [StoredMessage] = []
        var failure: (any Error)?

        init(_ number: Int, rows: Int) {
            self.number = number
            remaining = rows
        }
    }

    init(store: InboundStore, limiter: RateLimiter, observability: Observability, loop: EventLoop) {
        self.store = store
        self.limiter = limiter
        outcomes = PendingValues(loop: loop)
        delayed = observability.metrics.counter(
            "messages_delayed_total", "Messages that are answered later because their guest or hotel is over the limit."
        )
        self.observability = observability
        self.loop = loop
    }

    /// Stores rows; gives those that were new when all are committed. Throws when one could not be stored: the others may be, and a repeat is a no-op.
    func store(_ rows: [InboundRow]) async throws -> [StoredMessage] {
        guard !rows.isEmpty else { return [] }
        guard pending.count + rows.count <= Self.longestQueue else { throw InboundOverload() }
        lastTicket += 1
        let ticket = Ticket(lastTicket, rows: rows.count)
        for row in rows { pending.append((row, ticket)) }
        gather()
        return try await outcomes.value(of: ticket.number).get()
    }

    /// Begins batches when the loop has read all that came in this round.
    private func gather() {
        guard !isGathering, !pending.isEmpty, inFlight < Self.batchesAtOnce else { return }
        isGathering = true
        Task {
            isGathering = false
            beginBatches()
        }
    }

    private func beginBatches() {
        while inFlight < Self.batchesAtOnce, !pending.isEmpty {
            let batch = Array(pending.prefix(Self.rowsABatch))
            pending.removeFirst(batch.count)
            inFlight += 1
            Task.immediate { await commit(batch) }
        }
    }

    private func commit(_ given: [(row: InboundRow, ticket: Ticket)]) async {
        var batch = given
        let now = Intake.now() / 1_000_000
        await delayOverLimit(&batch, now: now)
        do {
            let stored = try await store.insert(batch.map(\.row))
            takeBack(batch, but: stored, countedAt: now)
            finish(batch, stored: stored)
        } catch let error as PostgresError where error.isTransient {
            takeBack(batch, but: [], countedAt: now)
            for entry in batch { finish(entry.ticket, failure: error) }
        } catch {
            observability.logger.warning(
                "a batch of messages is stored row by row", ["rows": .int(batch.count), "error": .error(error)])
            for entry in batch { await commitAlone(entry.row, entry.ticket) }
        }
        inFlight -= 1
        gather()
    }

    /// Messages are never refused for being many: they are answered when the guest's minute is over.
    private func delayOverLimit(_ batch: inout [(row: InboundRow, ticket: Ticket)], now: Int) async {
        let counted = batch.indices.filter { batch[$0].row.isToBeCounted }
        let waits = await limiter.waits(counted.flatMap { subjects(of: batch[$0].row) }, now: now)
        guard !waits.isEmpty else { return }
        for index in counted {
            let row = batch[index].row
            let wait = max(waits[limiter.guest(row.conversation)] ?? 0, waits[limiter.hotel(row.hotel)] ?? 0)
            guard wait > 0 else { continue }
            batch[index].row.notBefore = row.receivedAt + wait * 1_000_000
            delayed.add()
        }
    }

    /// What was not stored now is no message more: a provider sends again what it was not told of, however often that is, and no guest must
    /// wait for it.
    private func takeBack(
        _ batch: [(row: InboundRow, ticket: Ticket)], but stored: [StoredMessage], countedAt now: Int
    ) {
        guard stored.count < batch.count else { return }
        var new = Set(stored.map { [$0.channel, $0.messageID] })
        let again = batch.map(\.row).filter { row in
            new.remove([row.channel, row.messageID]) == nil && row.isToBeCounted
        }
        guard !again.isEmpty else { return }
        Task.immediate { await limiter.takeBack(again.flatMap(subjects), now: now) }
    }

    private func subjects(of row: InboundRow) -> [RateLimiter.Subject] {
        [limiter.guest(row.conversation), limiter.hotel(row.hotel)]
    }

    private func commitAlone(_ row: InboundRow, _ ticket: Ticket) async {
        do {
            finish(ticket, stored: try await store.insert([row]))
        } catch let error as PostgresError where error.isTransient {
            finish(ticket, failure: error)
        } catch {
            // Kept as something that can't be read, rather than refused for ever.
            do {
                finish(ticket, stored: try await store.insert([row.reduced]))
            } catch {
                finish(ticket, failure: error)
            }
        }
    }

    private func finish(_ batch: [(row: InboundRow, ticket: Ticket)], stored: [StoredMessage]) {
        var byKey: [String: StoredMessage] = [:]
        for message in stored { byKey["\(message.key.hotel)|\(message.channel)|\(message.messageID)"] = message }
        for entry in batch {
            // The first of equal rows takes it.
            let message = byKey.removeValue(forKey: "\(entry.row.hotel)|\(entry.row.channel)|\(entry.row.messageID)")
            finish(entry.ticket, stored: message.map { [$0] } ?? [])
        }
    }

    private func finish(_ ticket: Ticket, stored: [StoredMessage] = [], failure: (any Error)? = nil) {
        ticket.stored += stored
        ticket.failure = ticket.failure ?? failure
        ticket.remaining -= 1
        guard ticket.remaining == 0 else { return }
        outcomes.resume(ticket.number, with: ticket.failure.map { .failure($0) } ?? .success(ticket.stored))
    }
}

/// More messages wait to be stored than may.
struct InboundOverload: Error, CustomStringConvertible {
    var description: String { "too many messages wait to be stored" }
}
