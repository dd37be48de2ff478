import Contracts
import JSON
import Postgres
import Servers

/// What a run has left in the database and at Meta, as values.
struct Records: Sendable {
    struct Inbound: Sendable {
        var id: String
        var conversation: String
        var phone: String
        var words: String
        /// Unix microseconds.
        var receivedAt: Int
        var isProcessed: Bool
        /// The transaction that wrote the row last: that of the turn which took it.
        var transaction: String
    }

    struct Outbound: Sendable {
        var id: Int
        var conversation: String
        /// The first message of the turn.
        var answers: String
        var ordinal: Int
        var status: String
        var attempts: Int
        var resends: Int
        var lastError: String?
        /// Nil when it is no text.
        var words: String?
    }

    struct Session: Sendable {
        var conversation: String
        /// Committed steps: turns and commands.
        var version: Int
        var hasLease: Bool
        var attempts: Int
    }

    struct Command: Sendable {
        var conversation: String
        var key: String
        var isFinished: Bool
        var outcome: String?
    }

    struct Booking: Sendable {
        var id: Int
        var code: String
        var status: String
        var conversation: String?
        var room: String
        var nights: [String]
    }

    struct Night: Hashable, Sendable {
        var booking: Int
        var room: String
        var night: String
        var isHeld: Bool
    }

    /// A message that Meta took.
    struct Sent: Sendable {
        var phone: String
        /// Our id of it.
        var outbound: Int?
        var words: String
    }

    var inbound: [Inbound] = []
    var outbound: [Outbound] = []
    var sessions: [Session] = []
    var commands: [Command] = []
    var bookings: [Booking] = []
    var nights: [Night] = []
    /// Each in words.
    var deadLetters: [String] = []
    /// In the order in which they came.
    var sent: [Sent] = []
}

extension Records {
    static func read(from system: HotelSystem) async throws -> Records {
        let database = system.database
        var records = Records()
        records.inbound = try await database.rows(
            """
            SELECT message_id, conversation_id, address, coalesce(content ->> 'text', '') AS words, received_at,
                processed_at IS NOT NULL AS processed, xmin::text AS transaction
            FROM inbound_messages ORDER BY received_at, message_id
            """
        ).map {
            Inbound(
                id: try $0.text("message_id"), conversation: try $0.text("conversation_id"),
                phone: try $0.text("address"),
                words: try $0.text("words"), receivedAt: try $0.microseconds("received_at"),
                isProcessed: try $0.bool("processed"), transaction: try $0.text("transaction"))
        }
        records.outbound = try await database.rows("SELECT * FROM outbound_messages ORDER BY id").map {
            var words: String?
            if case .message(let message) = try JSONCoder.decode(OutboundContent.self, from: try $0.json("content")) {
                words = message.text
            }
            return Outbound(
                id: try $0.int("id"), conversation: try $0.text("conversation_id"),
                answers: try $0.text("inbound_message_id"), ordinal: try $0.int("ordinal"),
                status: try $0.text("status"),
                attempts: try $0.int("attempts"), resends: try $0.int("resends"),
                lastError: try $0.optionalText("last_error"), words: words)
        }
        records.sessions = try await database.rows(
            """
            SELECT conversation_id, version, lease_owner IS NOT NULL OR lease_until IS NOT NULL AS lease, attempts
            FROM session_states
            """
        ).map {
            Session(
                conversation: try $0.text("conversation_id"), version: try $0.int("version"),
                hasLease: try $0.bool("lease"),
                attempts: try $0.int("attempts"))
        }
        records.commands = try await database.rows(
            """
            SELECT conversation_id, key, finished_at IS NOT NULL AS finished, outcome::text AS outcome FROM pms_commands
            ORDER BY created_at
            """
        ).map {
            Command(
                conversation: try $0.text("conversation_id"), key: try $0.text("key"),
                isFinished: try $0.bool("finished"),
                outcome: try $0.optionalText("outcome"))
        }
        records.bookings = try await database.rows(
            """
            SELECT booking_id, code, status, conversation_id, room_id,
                (SELECT string_agg((check_in + i)::text, ' ') FROM generate_series(0, check_out - check_in - 1) AS i) AS nights
            FROM bookings ORDER BY booking_id
            """
        ).map {
            Booking(
                id: try $0.int("booking_id"), code: try $0.text("code"), status: try $0.text("status"),
                conversation: try $0.optionalText("conversation_id"), room: try $0.text("room_id"),
                nights: try $0.text("nights").split(separator: " ").map(String.init))
        }
        records.nights = try await database.rows(
            "SELECT booking_id, room_id, night::text AS night, held_until IS NOT NULL AS held FROM room_nights"
        ).map {
            Night(
                booking: try $0.int("booking_id"), room: try $0.text("room_id"), night: try $0.text("night"),
                isHeld: try $0.bool("held"))
        }
        records.deadLetters = try await database.rows(
            "SELECT direction || ' ' || reference || ': ' || reason AS letter FROM dead_letters"
        ).map { try $0.text("letter") }
        records.sent = await system.graph.sent.map {
            Sent(
                phone: $0.content.recipient, outbound: $0.content.callbackData.flatMap { Int($0) },
                words: $0.content.text)
        }
        return records
    }

    /// Whether anything is still on its way.
    static let unfinished = """
        SELECT (SELECT count(*) FROM inbound_messages WHERE processed_at IS NULL)
            + (SELECT count(*) FROM outbound_messages WHERE status IN ('queued', 'sending', 'accepted'))
            + (SELECT count(*) FROM session_states WHERE lease_until IS NOT NULL)
            + (SELECT count(*) FROM receipts WHERE applied_at IS NULL) AS count
        """

    /// All that there is about one conversation, for people who look into a failure.
    func story(of phone: String) -> String {
        let conversations = Set(inbound.filter { $0.phone == phone }.map(\.conversation))
        var lines: [String] = []
        for row in inbound where row.phone == phone {
            lines.append(
                "in   \(row.receivedAt) \(row.id) by \(row.transaction) processed=\(row.isProcessed) \"\(row.words)\"")
        }
        for row in sessions where conversations.contains(row.conversation) {
            lines.append("sess version=\(row.version) lease=\(row.hasLease) attempts=\(row.attempts)")
        }
        for row in commands where conversations.contains(row.conversation) {
            lines.append("cmd  \(row.key) finished=\(row.isFinished) \(row.outcome?.prefix(160) ?? "")")
        }
        for row in outbound where conversations.contains(row.conversation) {
            lines.append(
                "out  \(row.id) answers \(row.answers):\(row.ordinal) \(row.status) attempts=\(row.attempts) "
                    + "resends=\(row.resends) \(row.lastError ?? "") \"\(row.words?.prefix(160) ?? "")\"")
        }
        for row in sent where row.phone == phone {
            lines.append("sent \(row.outbound ?? 0) \"\(row.words.prefix(80))\"")
        }
        for row in bookings where row.conversation.map(conversations.contains) == true {
            lines.append("book \(row.code) \(row.status) room \(row.room) \(row.nights.joined(separator: " "))")
        }
        return lines.joined(separator: "\n")
    }
}
