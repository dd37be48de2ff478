import Crypto
import Foundation
import Loop
import Servers
import Synchronization

/// The five services as processes of their own, with PostgreSQL (every commit durable) and Redis on the same machine.
struct SystemBench {
    let system: HotelSystem
    private let loop: EventLoop

    private static let services = ["tts", "pms-adapter", "notifier", "orchestrator", "gateway"]

    init() async throws {
        var settings = HotelSystem.Settings()
        settings.isDurable = true
        settings.isTraced = false
        settings.logLevel = "WARNING"
        // The limits of DESIGN.md §5 are for guests; here one hotel has the traffic of hundreds.
        settings.environment = [
            "RATE_LIMIT_HOTEL": "100000000", "WHATSAPP_MESSAGES_PER_SECOND": "2000",
        ]
        system = try await HotelSystem.start(settings)
        loop = try EventLoop(name: "load")
    }

    func stop() async {
        await system.stop()
        loop.stop()
    }

    // MARK: Memory and start

    func residentMegabytes() async -> [String: Double] {
        var sizes: [String: Double] = [:]
        for service in Self.services {
            let process = await system.member(service).process
            sizes[service] = Double(process.residentBytes ?? 0) / 1_048_576
        }
        return sizes
    }

    /// Seconds from the start of all five to the readiness of all five.
    func secondsToReady() async throws -> Double {
        for service in Self.services { await system.kill(service) }
        let began = ContinuousClock.now
        for service in Self.services { try await system.restart(service, waits: false) }
        try await system.waitUntilReady()
        return Double(began.nanoseconds(to: .now)) / 1e9
    }

    // MARK: Accepting webhooks

    /// With the gateway alone, as pgbench has the database alone.
    func accept(_ table: inout Table, seconds: Int) async throws {
        for service in Self.services where service != "gateway" { await system.kill(service) }
        let address = SocketAddress.ipv4([127, 0, 0, 1], port: system.environment.gatewayPort)
        for connections in [8, 64] {
            let live = try await HTTPLoad(loop: loop, address: address) { Self.live }
                .run(connections: connections, for: .seconds(seconds))
            let pgbench = try await PGBench(loop: loop).insertsASecond(
                system.database.url, connections: connections, seconds: seconds)
            let requests = requests(Int(pgbench) * 2 * seconds, round: connections)
            let next = Atomic(0)
            let accepted = try await HTTPLoad(loop: loop, address: address) {
                requests[next.add(1, ordering: .relaxed).oldValue % requests.count]
            }.run(connections: connections, for: .seconds(seconds))
            guard next.load(ordering: .relaxed) <= requests.count else {
                throw BenchmarkError("requests were sent twice")
            }
            guard accepted.failures == 0 else { throw BenchmarkError("\(accepted.failures) webhooks were refused") }
            let share = accepted.rate / pgbench
            let bar = connections == 8 ? 0.55 : 1.0
            table.add(
                "webhooks accepted, \(connections) connections",
                "\(grouped(accepted.rate))/s, p99 \(rounded(accepted.samples.percentile(0.99))) ms",
                beside: "pgbench \(grouped(pgbench))/s (\(percent(share))), /health/live \(grouped(live.rate))/s",
                bar: ("≥ \(percent(bar)) of pgbench", share >= bar))
        }
        _ = try await system.database.script("TRUNCATE inbound_messages, session_states")
        for service in Self.services where service != "gateway" { try await system.restart(service, waits: false) }
        try await system.waitUntilReady()
    }

    /// Made before they are needed: pgbench does not sign anything either.
    private func requests(_ count: Int, round: Int) -> [[UInt8]] {
        let secret = Array(system.environment.appSecret.utf8)
        return (0..<count).map { index in
            let id = round * 100_000_000 + index
            return Self.webhook(id: id, guest: id, "Gracias", number: system.environment.phoneNumberID, secret: secret)
        }
    }

    private static let live = Array("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)

    static func webhook(id: Int, guest: Int, _ text: String, number: String, secret: [UInt8]) -> [UInt8] {
        let phone = String(34_600_000_000 + guest % 1_000_000_000)
        let body = Array(
            """
            {"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",\
            "metadata":{"display_phone_number":"34952000000","phone_number_id":"\(number)"},"contacts":[{"profile":{"name":"Ana"},\
            "wa_id":"\(phone)"}],"messages":[{"from":"\(phone)","id":"wamid.bench.\(id)","timestamp":"1795453320","type":"text",\
            "text":{"body":"\(text)"}}]}}]}]}
            """.utf8)
        let signature = hex(hmacSHA256(key: secret, message: body))
        let head =
            "POST /api/webhooks/whatsapp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "X-Hub-Signature-256: sha256=\(signature)\r\nContent-Length: \(body.count)\r\n\r\n"
        return Array(head.utf8) + body
    }

    // MARK: Whole turns

    private static let questions = [
        "¿A qué hora es el desayuno?", "Hola, ¿tienen una doble del 3 al 5 de diciembre para dos personas?",
    ]

    /// New guests ask at a steady rate; the time runs from the webhook's sending to the Graph call's arrival.
    ///
    /// - Parameter base: where the guests' numbers begin; each run has its own.
    func turnsAtRate(_ rate: Int, seconds: Int, base: Int) async throws -> (samples: Samples, answered: Int, asked: Int)
    {
        let asked = rate * seconds
        let driver = TurnDriver(system: system)
        let began = ContinuousClock.now
        var sentAt: [Int: ContinuousClock.Instant] = [:]
        for index in 0..<asked {
            let due = began + .microseconds(index * 1_000_000 / rate)
            if due > .now { try await Task.sleep(until: due) }
            sentAt[base + index] = .now
            driver.post(base + index, Self.questions[index % 2])
        }
        _ = await waitForReplies(asked, from: base)
        var samples = Samples()
        var answered = 0
        for index in 0..<asked {
            let phone = String(34_600_000_000 + base + index)
            guard let sent = await system.graph.sent(to: phone).first, let start = sentAt[base + index] else {
                continue
            }
            answered += 1
            samples.add(start.nanoseconds(to: sent.at))
        }
        return (samples, answered, asked)
    }

    /// Replies a second while `guests` guests each ask again as soon as they are answered.
    func turnsAtMost(guests: Int, seconds: Int) async throws -> Double {
        let driver = TurnDriver(system: system)
        let end = ContinuousClock.now + .seconds(seconds)
        let began = ContinuousClock.now
        let replies = try await withThrowingTaskGroup(of: Int.self) { group in
            for place in 0..<guests {
                group.addTask {
                    var turns = 0
                    // A guest is new each time: the pace of messages to one guest is WhatsApp's, not ours.
                    while ContinuousClock.now < end {
                        let guest = 200_000_000 + place * 10_000 + turns
                        let phone = String(34_600_000_000 + guest)
                        driver.post(guest, Self.questions[turns % 2])
                        while await system.graph.count(to: phone) == 0 {
                            try await Task.sleep(for: .milliseconds(2))
                            if ContinuousClock.now > end + .seconds(10) { return turns }
                        }
                        if ContinuousClock.now <= end { turns += 1 }
                    }
                    return turns
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(replies) / (Double(began.nanoseconds(to: end)) / 1e9)
    }

    private func waitForReplies(_ count: Int, from base: Int) async -> Bool {
        let limit = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < limit {
            let last = String(34_600_000_000 + base + count - 1)
            if await system.graph.count(to: last) > 0 { break }
            // Looked at now and then: looking costs the machine too.
            try? await Task.sleep(for: .milliseconds(100))
        }
        try? await Task.sleep(for: .milliseconds(500))
        return true
    }
}

/// Posts webhooks without waiting for what becomes of them.
private struct TurnDriver {
    let system: HotelSystem

    func post(_ guest: Int, _ text: String) {
        let webhook = system.signed(Array(body(guest, text).utf8))
        let system = system
        Task { _ = await system.post(webhook) }
    }

    private func body(_ guest: Int, _ text: String) -> String {
        let phone = String(34_600_000_000 + guest)
        return """
            {"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",\
            "metadata":{"display_phone_number":"34952000000","phone_number_id":"\(system.environment.phoneNumberID)"},\
            "contacts":[{"profile":{"name":"Ana"},"wa_id":"\(phone)"}],"messages":[{"from":"\(phone)","id":"wamid.turn.\(guest)",\
            "timestamp":"1795453320","type":"text","text":{"body":"\(text)"}}]}}]}]}
            """
    }
}
