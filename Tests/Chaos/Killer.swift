import Contracts
import Servers
import Support

/// Kills one thing after another with SIGKILL and starts it again.
struct Killer {
    enum Victim: Hashable, Sendable, CustomStringConvertible {
        case service(String, Int)
        case postgres
        case redis

        var description: String {
            switch self {
            case .service(let name, let number): number == 0 ? name : "\(name) \(number + 1)"
            case .postgres: "postgres"
            case .redis: "redis"
            }
        }
    }

    let system: HotelSystem
    let victims: [Victim]
    private var generator: SeededGenerator
    private(set) var kills: [Victim] = []

    init(_ plan: ChaosPlan, system: HotelSystem) {
        self.system = system
        generator = SeededGenerator(seed: plan.seed ^ 0xDEAD)
        victims =
            [.service(ServiceName.gateway, 0), .service(ServiceName.pmsAdapter, 0), .service(ServiceName.tts, 0)]
            + (0..<plan.orchestrators).map { .service(ServiceName.orchestrator, $0) }
            + (0..<plan.notifiers).map { .service(ServiceName.notifier, $0) } + [.postgres, .redis]
    }

    /// Each of them in a new order every round, until the time is over and each has died twice.
    mutating func run(for time: Duration) async throws {
        let end = ContinuousClock.now + time
        while kills.count < 2 * victims.count || .now < end {
            for victim in victims.shuffled(using: &generator) {
                try await kill(victim)
                try await Task.sleep(for: .milliseconds(Int.random(in: 100...900, using: &generator)))
            }
        }
    }

    private mutating func kill(_ victim: Victim) async throws {
        kills.append(victim)
        let away = Duration.milliseconds(Int.random(in: 0...400, using: &generator))
        switch victim {
        case .service(let name, let number):
            await system.kill(name, number)
            try await Task.sleep(for: away)
            try await system.restart(name, number)
        case .postgres:
            await system.postgres.kill()
            try await Task.sleep(for: away)
            try await system.postgres.start()
        case .redis:
            await system.redis.kill()
            try await Task.sleep(for: away)
            try await system.redis.start()
        }
    }
}
