import Postgres
import Servers
import Support
import Testing

extension EndToEnd {
    /// Over a system of its own, because it takes parts of it away.
    @Suite struct OutageTests {
        @Test func whatGoesAwayIsNamedAndComesBackAndNothingIsLost() async throws {
            var settings = HotelSystem.Settings()
            settings.receipts = ["sent"]
            settings.orchestrators = 2
            settings.notifiers = 2
            let system = try await HotelSystem.start(settings)
            try await withoutRedisItGoesOn(system)
            try await withoutPostgresWebhooksAreRefusedAndLaterAnsweredOnce(system)
            try await withoutAnyOneServiceNothingIsLost(system)
            let codes = await system.stop()
            #expect(codes.count == 7)
            for (name, code) in codes { #expect(code == 0, "\(name) ended with \(code ?? -1)") }
        }

        private func withoutRedisItGoesOn(_ system: HotelSystem) async throws {
            let guest = await system.guest()
            let visitor = try await system.visitor()
            await system.redis.kill()
            #expect(await readiness(of: "gateway", says: 503, "redis", "unavailable", system))
            let traffic = try await system.get("/health/traffic", of: "gateway")
            #expect(traffic.status == 200)
            #expect(try await guest.say("¿hay wifi?").text.lowercased().contains("wifi"))
            #expect(try await visitor.say("¿hay wifi?").text.lowercased().contains("wifi"))
            try await system.redis.start()
            #expect(await readiness(of: "gateway", says: 200, "redis", "ok", system))
            #expect(try await visitor.say("¿y parking?").text.contains("aparcamiento"))
        }

        private func withoutPostgresWebhooksAreRefusedAndLaterAnsweredOnce(_ system: HotelSystem) async throws {
            var guests: [Guest] = []
            for _ in 0..<5 { guests.append(await system.guest()) }
            await system.postgres.kill()
            for guest in guests {
                let webhook = await guest.webhook(.text("¿hay wifi?"))
                #expect(await system.post(webhook) == 503)
            }
            #expect(await readiness(of: "gateway", says: 503, "database", "unavailable", system))
            #expect(try await system.get("/health/traffic", of: "gateway").status == 503)
            #expect(try await system.get("/health/live", of: "gateway").status == 200)
            try await system.postgres.start()
            #expect(await readiness(of: "gateway", says: 200, "database", "ok", system))
            for guest in guests {
                // Meta sends them again, and some of them twice.
                let webhook = await guest.webhook(.text("¿hay wifi?"), number: 1)
                try await system.deliver(webhook)
                try await system.deliver(webhook)
            }
            for guest in guests {
                #expect(try await guest.next().text.lowercased().contains("wifi"))
                #expect(try await guest.say("¿y parking?").text.contains("aparcamiento"))
                #expect(await guest.all().count == 2)
            }
        }

        private func withoutAnyOneServiceNothingIsLost(_ system: HotelSystem) async throws {
            for (service, dependency) in [
                ("notifier", nil), ("orchestrator", nil), ("pms-adapter", "pms"), ("tts", nil), ("gateway", nil),
            ] as [(String, String?)] {
                let guest = await system.guest()
                _ = try await guest.say("¿hay wifi?")
                await system.kill(service)
                if let dependency {
                    #expect(await readiness(of: "gateway", says: 503, dependency, "unavailable", system))
                }
                async let restarted: Void = system.restart(service)
                #expect(try await guest.say("¿y parking?").text.contains("aparcamiento"), "\(service)")
                try await restarted
                #expect(await guest.all().count == 2, "\(service)")
            }
            try await system.waitUntilReady()
        }

        /// Within the two seconds that DESIGN.md allows, and a little for a busy machine.
        private func readiness(
            of service: String, says status: Int, _ dependency: String, _ state: String, _ system: HotelSystem
        ) async -> Bool {
            await eventually(within: .seconds(4)) {
                guard let answer = try? await system.get("/health/ready", of: service) else { return false }
                return answer.status == status && answer.json?[dependency]?.string == state
            }
        }
    }
}
