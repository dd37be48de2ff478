import Foundation

/// PostgreSQL's own load generator with the gateway's row: what the database can do when nothing stands before it.
enum PGBench {
    /// Inserts a second, each a transaction of its own, prepared.
    static func insertsASecond(_ database: String, connections: Int, seconds: Int) throws -> Double {
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
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: try path("pgbench"))
        process.arguments = [
            "-n", "-f", script.path, "-M", "prepared", "-c", String(connections), "-j", "2", "-T", String(seconds), database,
        ]
        process.standardOutput = output
        process.standardError = Pipe()
        try process.run()
        let report = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
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
