import HTTP
import JSON
import Postgres
import Servers

/// What tests ask of the database and of metrics.
extension HotelSystem {
    /// The first column, called `v`, of the first row; empty when there is none or it is null.
    func value(_ expression: String, _ parameters: [PostgresValue] = []) async throws -> String {
        try await database.rows("SELECT (\(expression))::text AS v", parameters).first?.optionalText("v") ?? ""
    }

    /// The booking code in a text, and the booking's status.
    func booking(in text: String) async throws -> (code: String, status: String) {
        guard let code = text.firstMatch(of: /HM-[A-Z0-9]{6,}/).map({ String($0.output) }) else { return ("", "") }
        return (code, try await value("SELECT status FROM bookings WHERE code = $1", [.text(code)]))
    }

    /// The sum of a metric's series whose labels hold these.
    func metric(_ name: String, _ labels: [String] = [], of service: String) async throws -> Double {
        let text = String(decoding: try await get("/metrics", of: service).body, as: UTF8.self)
        return text.split(separator: "\n").reduce(0) { sum, line in
            guard line.hasPrefix("\(name){") || line.hasPrefix("\(name) "), labels.allSatisfy({ line.contains($0) })
            else {
                return sum
            }
            return sum + (line.split(separator: " ").last.flatMap { Double($0) } ?? 0)
        }
    }

    /// How many inbound messages of a guest wait and how many were taken.
    func inbound(of guest: Guest) async throws -> (waiting: Int, taken: Int) {
        let row = try await database.rows(
            """
            SELECT count(*) FILTER (WHERE processed_at IS NULL) AS waiting, count(processed_at) AS taken
            FROM inbound_messages WHERE address = $1
            """, [.text(guest.phone)])[0]
        return (try row.int("waiting"), try row.int("taken"))
    }
}

extension OutboundResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONNode? { (try? JSONDocument(body))?.root }
}
