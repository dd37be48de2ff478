import Foundation
import Postgres
import Servers
import Support
import Synchronization
import Testing

extension EndToEnd {
    @Suite struct CanaryTests {
        private static let name = "Zenobia Quijorna"
        private static let email = "zenobia.quijorna@canario-kx41.example"
        private static let words = "xilofonista"
        private static let phone = "34699417385"
        private static let card = "4929 4173 8561 2201"
        /// What must stand nowhere but in the tables that are for it.
        private static let canaries = [
            "Zenobia", "Quijorna", "zenobia.quijorna", "canario-kx41", "xilofonista", "34699417385", "699417385",
            "4929 4173 8561 2201", "4929417385612201", "492941738561",
        ]

        @Test func nothingOfAGuestReachesALogAMetricATraceOrTheProcessList() async throws {
            let system = try await EndToEnd.system()
            let watch = ProcessListWatch(Self.canaries)
            defer { watch.stop() }
            let guest = await system.guest(Self.name, phone: Self.phone)
            try await story(of: guest)
            try await story(of: try await system.visitor())
            // What goes wrong is logged, too.
            await system.graph.misbehave(.error(131_026), to: Self.phone)
            try await guest.write("\(Self.words): ¿hay wifi?")
            #expect(try await eventually { try await system.inbound(of: guest).waiting == 0 })
            _ = try await guest.say("\(Self.words): ¿hay parking?")
            // Spans are exported once a second.
            let count = await system.spans.bodies.count
            #expect(await eventually { await system.spans.bodies.count > count + 5 })

            for line in await system.logLines { expectNone(of: Self.canaries, in: line, "a log line") }
            for body in await system.spans.bodies {
                expectNone(of: Self.canaries, in: String(decoding: body, as: UTF8.self), "a span")
            }
            for service in HealthTests.services {
                expectNone(of: Self.canaries, in: try await system.get("/metrics", of: service).text, "a metric")
            }
            #expect(watch.found.isEmpty, "the process list: \(watch.found)")
            #expect(watch.looks > 20)
            #expect(await system.logLines.contains { $0.contains(#""level":"debug""#) })
            #expect(await system.logLines.filter { $0.contains(#""level":"error""#) }.isEmpty)
        }

        @Test func theCardNumberIsInNoTable() async throws {
            let system = try await EndToEnd.system()
            let guest = await system.guest(Self.name, phone: "34699417386")
            for text in ["mi tarjeta es \(Self.card)", "4929417385612201", "4929-4173-8561-2201 y el cvv es 731"] {
                _ = try await guest.say(text)
            }
            let visitor = try await system.visitor()
            try await visitor.tap(GraphContent.Choice(id: "x|1", title: Self.card))
            _ = try await visitor.next()
            let columns = try await system.database.rows(
                """
                SELECT table_name AS t, column_name AS c, data_type AS d FROM information_schema.columns
                WHERE table_schema = 'public'
                """)
            #expect(columns.count > 50)
            for column in columns {
                let table = try column.text("t")
                let name = "\"\(try column.text("c"))\""
                let text = try column.text("d") == "bytea" ? "encode(\(name), 'escape')" : "\(name)::text"
                let found = try await system.value(
                    """
                    SELECT count(*) FROM "\(table)"
                    WHERE regexp_replace(\(text), '[^0-9]', '', 'g') LIKE '%4929417385%'
                    """)
                #expect(found == "0", "\(table).\(name)")
            }
            // The message itself was kept.
            #expect(
                try await system.value("SELECT count(*) FROM inbound_messages WHERE content::text LIKE '%2201%'") != "0"
            )
        }

        private func story(of guest: any Talker) async throws {
            _ = try await guest.say(
                "Hola, soy \(Self.words), ¿tienen una doble del 24 al 26 de febrero para dos personas?")
            _ = try await guest.say("la segunda")
            _ = try await guest.say(Self.name)
            _ = try await guest.say(Self.email)
            let summary = try await guest.say("respóndeme con un audio: ¿cuánto es?")
            #expect(!summary.text.isEmpty)
            _ = try await guest.next()
            _ = try await guest.say("mi tarjeta es \(Self.card)")
            _ = try await guest.say("sí, confirmo")
            _ = try await guest.say("quiero hablar con una persona, \(Self.words)")
            _ = try await guest.say("Thanks! can you cancel it?")
            _ = try await guest.say("yes please")
        }

        private func expectNone(of canaries: [String], in text: String, _ place: Comment) {
            for canary in canaries where text.contains(canary) {
                Issue.record("\(canary) stands in \(place.rawValue): \(text.prefix(2_000))")
            }
        }
    }
}

/// Looks at the command lines of all processes, again and again, for what must not stand there.
final class ProcessListWatch: Sendable {
    private let state = Mutex(State())

    private struct State {
        var isOver = false
        var looks = 0
        var found: [String] = []
    }

    init(_ canaries: [String]) {
        Thread.detachNewThread { [self] in
            while !state.withLock(\.isOver) {
                look(for: canaries)
                Thread.sleep(forTimeInterval: 0.005)
            }
        }
    }

    var looks: Int { state.withLock(\.looks) }
    var found: [String] { state.withLock(\.found) }
    func stop() { state.withLock { $0.isOver = true } }

    private func look(for canaries: [String]) {
        let directories = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        for pid in directories where pid.allSatisfy(\.isNumber) {
            guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { continue }
            let line = String(decoding: bytes, as: UTF8.self)
            for canary in canaries where line.contains(canary) { state.withLock { $0.found.append(line) } }
        }
        state.withLock { $0.looks += 1 }
    }
}
