import Contracts
import Servers
import Support
import Testing

/// While guests talk, everything dies in turn: afterwards each message was answered once and in order, no room is booked twice, and nothing is lost.
@Suite(.serialized) struct ChaosTests {
    @Test(arguments: ChaosPlan.all)
    func everyMessageIsAnsweredOnceAndInOrderWhileEverythingIsKilledInTurn(_ plan: ChaosPlan) async throws {
        let began = ContinuousClock.now
        var settings = HotelSystem.Settings()
        settings.orchestrators = plan.orchestrators
        settings.notifiers = plan.notifiers
        settings.receipts = ["sent", "delivered"]
        settings.logLevel = "WARNING"
        settings.isTraced = false
        // The guests of a busy hour come within seconds; and a run has no time to wait half a minute for a receipt that will not come.
        settings.environment = [
            "RATE_LIMIT_HOTEL": "1000000", "WHATSAPP_MESSAGES_PER_SECOND": "1000", "RECEIPT_WAIT_SECONDS": "5",
        ]
        let system = try await HotelSystem.start(settings)
        var generator = SeededGenerator(seed: plan.seed ^ 0xA11)
        let guests = GuestList.make(plan).enumerated().map { number, script in
            ChaosGuest(number: number, script: script, seed: plan.seed, system: system)
        }
        let arrivals = guests.map { _ in plan.arrivals * Double.random(in: 0...1, using: &generator) }
        var killer = Killer(plan, system: system)
        let visits = Task {
            await withTaskGroup(of: Void.self) { group in
                for (guest, arrival) in zip(guests, arrivals) { group.addTask { await guest.stay(arriving: arrival) } }
            }
        }
        if plan.killing > .zero { try await killer.run(for: plan.killing) }
        await visits.value
        // What is not finished then is found by the audit.
        let isFinished = try await eventually(within: .seconds(40)) {
            try await system.database.rows(Records.unfinished)[0].int("count") == 0
        }
        let records = try await Records.read(from: system)
        var visitors: [Audit.Guest] = []
        for guest in guests {
            let script = await guest.script
            visitors.append(
                Audit.Guest(
                    phone: guest.phone, written: await guest.written, booked: script.booked,
                    isCancelled: script.isCancelled, confirmations: script.confirmations,
                    complaint: await guest.complaint))
        }
        var problems = Audit.problems(of: records, visitors)
        if !isFinished { problems.append(.init(phone: nil, text: "something is still on its way")) }
        for member in await system.members {
            let ends = member.past.map(\.exitStatus) + [member.process.exitStatus]
            if ends != Array(repeating: 128 + 9, count: member.past.count) + [nil] {
                let last = member.lines.suffix(5).joined(separator: "\n")
                problems.append(.init(phone: nil, text: "\(member.service) ended by itself: \(ends)\n\(last)"))
            }
        }
        // Guests live on the system's loop, so what they know is asked for before it ends.
        let resends = await guests.asyncSum { await $0.resends }
        await system.stop()
        report(plan, records, killer, webhookResends: resends, took: began.duration(to: .now))
        for problem in problems.prefix(10) {
            let story = problem.phone.map { "guest \($0): \(problem.text)\n\(records.story(of: $0))" }
            Issue.record("\(story ?? problem.text)")
        }
        #expect(problems.isEmpty, "\(problems.count) things are wrong with \(plan.testDescription)")
        #expect(records.inbound.count > plan.guests && !records.bookings.isEmpty)
    }

    /// A line a run, so that ten in a row can be compared.
    private func report(
        _ plan: ChaosPlan, _ records: Records, _ killer: Killer, webhookResends: Int, took time: Duration
    ) {
        let kills = Dictionary(grouping: killer.kills, by: \.description).mapValues(\.count).sorted { $0.key < $1.key }
        let repeats = records.sent.count - Set(records.sent.compactMap(\.outbound)).count
        print(
            """
            chaos: \(plan.testDescription): \(time.components.seconds) s, \(killer.kills.count) kills \
            (\(kills.map { "\($0.key) \($0.value)" }.joined(separator: ", "))), \(records.inbound.count) messages in \
            (\(webhookResends) webhooks sent again), \(records.outbound.count) replies, \(records.sent.count) sent \
            (\(repeats) repeats, \(records.outbound.map(\.resends).reduce(0, +)) counted), \
            \(records.bookings.count { $0.status == "confirmed" }) bookings, \
            \(records.bookings.count { $0.status == "cancelled" }) cancelled
            """)
    }
}

extension Array {
    fileprivate func asyncSum(_ value: (Element) async -> Int) async -> Int {
        var sum = 0
        for element in self { sum += await value(element) }
        return sum
    }
}
