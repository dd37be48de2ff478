import Contracts
import Loop
import Postgres
import Telemetry

/// Brings one claimed row to its guest, and commits what became of it.
actor Delivery {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let store: OutboundStore
    private let receipts: ReceiptStore
    private let whatsApp: WhatsAppChannel
    private let web: WebChannel
    private let voice: VoiceNotes
    private let policy: FailurePolicy
    private let metrics: NotifierMetrics
    private let observability: Observability
    private let timing: NotifierTiming
    private let start = ContinuousClock.now
    private var pace: Pace

    /// How long what a provider said is tried to be committed while the database is away; then the claim's lease ends, and a receipt must tell.
    private static let commitTime = Duration.seconds(30)

    init(
        loop: EventLoop, store: OutboundStore, receipts: ReceiptStore, whatsApp: WhatsAppChannel, web: WebChannel,
        pace: Pace.Limits, policy: FailurePolicy, metrics: NotifierMetrics, observability: Observability
    ) {
        self.loop = loop
        self.store = store
        self.receipts = receipts
        self.whatsApp = whatsApp
        self.web = web
        voice = whatsApp.voice
        self.pace = Pace(limits: pace)
        self.policy = policy
        self.metrics = metrics
        self.observability = observability
        timing = store.timing
    }

    private var now: Duration { start.duration(to: .now) }

    /// Hotels from whose number nothing is to be claimed now.
    var closedHotels: [Int] { pace.closedHotels(at: now) }
    /// Hotels whose number Meta lets send nothing.
    var stoppedHotels: [Int] { pace.stoppedHotels }

    /// - Returns: whether the conversation's next row may go at once.
    func deliver(_ row: OutboundRow) async -> Bool {
        if row.isSent {
            metrics.accepted(row, after: .seconds(row.waited))
            await web.publishMessage(row.key)
            return true
        }
        return await observability.tracer.withSpan("deliver \(row.channel)", kind: .consumer, parent: row.trace) {
            span in
            span.set("messaging.message.id", .int(row.id))
            span.set("messaging.attempt", .int(row.attempt))
            return await deliverTraced(row)
        }
    }

    private func deliverTraced(_ row: OutboundRow) async -> Bool {
        guard let content = row.content else { return await bury(row, "unreadable", callsPerson: true) }
        switch row.channel {
        case Channel.whatsApp: return await byWhatsApp(row, GraphRendering.parts(of: content))
        case Channel.web: return await byWeb(row, content)
        default: return await bury(row, "unknown_channel", callsPerson: true)
        }
    }

    // MARK: Channels

    private func byWhatsApp(_ row: OutboundRow, _ parts: [GraphPart]) async -> Bool {
        if parts.isEmpty { return await bury(row, "empty", callsPerson: false) }
        if row.partsAccepted >= parts.count {
            // A receipt told that the last part has arrived.
            return await accepted(row, nil, parts: parts.count, isLast: true)
        }
        if row.isOver { return await bury(row, "gave_up", callsPerson: true) }
        guard row.isWindowOpen else { return await bury(row, "window_closed", callsPerson: true) }
        guard let number = row.phoneNumberID ?? whatsApp.graph.settings.defaultNumber, GraphClient.isIdentifier(number)
        else { return await bury(row, "no_number", callsPerson: true) }
        if row.isResend { metrics.resent(row) }
        for index in row.partsAccepted..<parts.count {
            switch pace.admit(row.key, at: now) {
            case .postpone(let wait):
                await commit { () throws(PostgresError) in
                    try await self.store.giveBack(row, after: wait, counts: false)
                }
                return false
            case .send(let wait):
                // Not cancelled by anyone.
                if wait > .zero { try? await loop.sleep(for: wait) }
            }
            do {
                let id = try await whatsApp.send(parts[index], of: row, from: number) { () throws(SendFailure) in
                    try await self.renew(row)
                }
                pace.succeeded(hotel: row.key.hotel)
                let isLast = index == parts.count - 1
                guard await accepted(row, id, parts: index + 1, isLast: isLast), !isLast else { return false }
                await waitForSent(id, row)
            } catch {
                return await failed(row, error)
            }
        }
        return false
    }

    private func byWeb(_ row: OutboundRow, _ content: OutboundContent) async -> Bool {
        do {
            if case .voice(let text, let language) = content {
                _ = try await voice.make(for: row, text: text, language: language)
            }
        } catch {
            return await failed(row, error)
        }
        _ = await accepted(row, nil, parts: 1, isLast: true)
        await web.publishMessage(row.key)
        return true
    }

    // MARK: What became of it

    /// - Returns: whether the claim is still this process's.
    private func accepted(_ row: OutboundRow, _ id: String?, parts: Int, isLast: Bool) async -> Bool {
        if isLast { metrics.accepted(row, after: .seconds(row.waited)) }
        return await commit { () throws(PostgresError) in
            try await self.store.recordAccepted(row, providerID: id, parts: parts, isLast: isLast)
        } ?? false
    }

    private func failed(_ row: OutboundRow, _ failure: SendFailure) async -> Bool {
        let hotel = row.key.hotel
        switch policy.action(for: failure, attempt: row.attempt, random: .random(in: 0...1)) {
        case .retry(let delay, let reason):
            pace.failed(hotel: hotel)
            metrics.count(row, .retry)
            await giveBack(row, after: delay, reason)
        case .awaitReceipt(let delay, let reason):
            pace.failed(hotel: hotel)
            metrics.count(row, .uncertain)
            await giveBack(row, after: delay, isUncertain: true, reason)
        case .bury(let reason, let callsPerson):
            pace.failed(hotel: hotel)
            return await bury(row, reason, callsPerson: callsPerson)
        case .stopNumber(let reason):
            let delay = pace.stop(hotel: hotel, at: now)
            metrics.count(row, .retry)
            observability.logger.error(
                "Meta lets this hotel's number send nothing: a person must look",
                ["hotel": .int(hotel), "reason": .string(reason)])
            await giveBack(row, after: delay, reason)
        }
        return false
    }

    private func giveBack(_ row: OutboundRow, after delay: Duration, isUncertain: Bool = false, _ reason: String) async
    {
        await commit { () throws(PostgresError) in
            try await self.store.giveBack(row, after: delay, isUncertain: isUncertain, reason: reason)
        }
    }

    private func bury(_ row: OutboundRow, _ reason: String, callsPerson: Bool) async -> Bool {
        metrics.count(row, .dead)
        observability.logger.warning(
            "dead letter", ["outbound": .int(row.id), "channel": .string(row.channel), "reason": .string(reason)])
        await commit { () throws(PostgresError) in
            try await self.store.bury(row, reason: reason, callsPerson: callsPerson)
        }
        return true
    }

    private func renew(_ row: OutboundRow) async throws(SendFailure) {
        do {
            guard try await store.renew(row) else { throw SendFailure.notSent }
        } catch {
            // Taken over, or the database is away: either way nothing may be sent on this claim.
            throw .notSent
        }
    }

    /// Between the parts of one row: a few seconds, as between rows.
    private func waitForSent(_ id: String, _ row: OutboundRow) async {
        let end = now + timing.sentWait
        while now < end {
            // Without an answer the wait ends by time.
            if (try? await receipts.hasCome(id, hotel: row.key.hotel)) == true { return }
            // Not cancelled by anyone.
            try? await loop.sleep(for: .milliseconds(200))
        }
    }

    /// Commits, again and again while the database is away; nil when it did not come back in time.
    @discardableResult
    private func commit<Result>(_ body: () async throws(PostgresError) -> Result) async -> Result? {
        let end = now + Self.commitTime
        var delay = Duration.milliseconds(50)
        while true {
            do {
                return try await body()
            } catch {
                guard error.isTransient, now < end else {
                    observability.logger.error("what became of a message is not committed", ["error": .error(error)])
                    return nil
                }
            }
            // Not cancelled by anyone.
            try? await loop.sleep(for: delay)
            delay = min(delay * 2, .seconds(1))
        }
    }
}
