import Contracts
import Glibc
import Loop
import Postgres
import ServiceKit

/// `notifier dead-letters [list]` and `notifier dead-letters retry ID…`: what could not be dealt with, for the person who looks after it. It names
/// no guest.
enum DeadLetters {
    private static let command = "notifier dead-letters"

    static func run(_ arguments: [String]) async -> Never {
        let url = ServiceMain.configuration(command) { $0.postgresURL() }
        do {
            guard let url else { exit(ServiceMain.configurationFault) }
            let pool = PostgresPool(
                loop: try EventLoop(name: "dead-letters"), url: url, size: 1, applicationName: command)
            await pool.start()
            try await perform(arguments, pool)
            await pool.stop()
            exit(0)
        } catch {
            ServiceMain.fail(command, "\(error)", 1)
        }
    }

    private static func perform(_ arguments: [String], _ pool: PostgresPool) async throws {
        switch arguments.first ?? "list" {
        case "list":
            for line in try await list(pool) { print(line) }
        case "retry" where arguments.count > 1:
            for argument in arguments.dropFirst() {
                guard let id = Int(argument) else {
                    ServiceMain.fail(
                        command, "\(argument) is no id: ids are the numbers in the list's first column", 64)
                }
                print(try await retry(id, pool) ? "\(id): queued again" : "\(id): no open outbound letter has this id")
            }
        default:
            ServiceMain.fail(command, "give list, or retry and the ids of letters", 64)
        }
    }

    private static let open = Statement(
        "open_dead_letters",
        """
        SELECT id, hotel_id, direction, channel, conversation_id, reference, reason,
            to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS created
        FROM dead_letters WHERE resolved_at IS NULL ORDER BY created_at, id LIMIT 1000
        """)

    /// Open letters, oldest first, one a line, at most a thousand; the first line says what the columns are.
    static func list(_ pool: PostgresPool) async throws -> [String] {
        let header = "id\tcreated\thotel\tdirection\tchannel\tconversation\treference\treason"
        return try await [header]
            + pool.query(open).map { row in
                [
                    String(try row.int("id")), try row.text("created"), String(try row.int("hotel_id")),
                    try row.text("direction"), try row.text("channel"), try row.text("conversation_id"),
                    try row.text("reference"), try row.text("reason"),
                ].joined(separator: "\t")
            }
    }

    private static let again = Statement("retry_dead_letter", "SELECT * FROM retry_dead_letter($1)")

    /// Queues an outbound letter again; false when there is no such open letter.
    static func retry(_ id: Int, _ pool: PostgresPool) async throws -> Bool {
        try await !pool.query(again, [.int(id)]).isEmpty
    }
}
