import Foundation
import Loop
import Postgres

/// PostgreSQL's own load generator with the gateway's row: what the database can do when nothing stands before it.
actor PGBench {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: EventLoop) {
        self.loop = loop
    }

    /// Inserts a second, each a transaction of its own, prepared.
    func insertsASecond(_ database: PostgresURL, connections: Int, seconds: Int) async throws -> Double {
        let script = FileManager.default.temporaryDirectory.appendingPathComponent("insert-\(getpid()).sql")
        defer { try? FileManager.default.removeItem(at: script) }
        let text = """
            \\set id random(1, 1000000000000000)
            INSERT INTO inbound_messages (hotel_id, channel, message_id, conversation_id, address, profile_name, content, raw,
                sent_at, received_at, not_before, traceparent)
            VALUES (1, 'whatsapp', 'pgbench.' || :id, md5(:id::text), '34600111222', 'Ana', '{"kind":"text","text":"Gracias"}',
                '{"from":"34600111222","id":"wamid.123","timestamp":"1795453320","type":"text","text":{"body":"Gracias"}}',
                now(), now(), now(), NULL) ON CONFLICT DO NOTHING;
            """
        try Data(text.utf8).write(to: script)
        // Not Foundation's Process: pgbench ends by SIGALRM, which a child of that may have blocked.
        let output = try await ChildProcess.run(
            try Self.path("pgbench"),
            [
                "-n", "-f", script.path, "-M", "prepared", "-c", String(connections), "-j", "2", "-T", String(seconds),
                database.description,
            ], outputLimit: 65_536, deadline: .seconds(seconds + 20), on: loop)
        let report = String(decoding: output.standardOutput, as: UTF8.self)
        guard let line = report.split(separator: "\n").first(where: { $0.hasPrefix("tps") }),
            let rate = line.split(separator: " ").dropFirst(2).first.flatMap({ Double($0) })
        else { throw BenchmarkError("pgbench told no rate:\n\(report)") }
        return rate
    }

    private static func path(_ program: String) throws -> String {
        let places = ["/usr/lib/postgresql/15/bin", "/usr/bin", "/usr/local/bin"]
        guard let path = places.map({ "\($0)/\(program)" }).first(where: FileManager.default.isExecutableFile) else {
            throw BenchmarkError("\(program) is not installed: apt-get install postgresql")
        }
        return path
    }
}
