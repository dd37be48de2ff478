import Contracts
import JSON
import Loop
import Postgres

/// What a turn needs of its hotel, kept for a few seconds so that an edited fact reaches guests soon and no turn waits for two reads.
actor HotelDirectory {
    struct Entry: Sendable {
        var hotel: Hotel
        var timeZone: TimeZoneRules
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let database: PostgresPool
    private var entries: [Int: (entry: Entry, readAt: ContinuousClock.Instant)] = [:]

    private static let lifetime = Duration.seconds(10)
    private static let deadline = Duration.seconds(3)

    init(database: PostgresPool, loop: EventLoop) {
        self.database = database
        self.loop = loop
    }

    /// Throws when the hotel is unknown, its time zone is, or the database does not answer and nothing is remembered.
    func hotel(_ id: Int) async throws -> Entry {
        let now = ContinuousClock.now
        if let known = entries[id], now - known.readAt < Self.lifetime { return known.entry }
        do {
            let entry = try await read(id)
            entries[id] = (entry, now)
            return entry
        } catch {
            // An old fact serves a guest better than silence.
            if let known = entries[id] { return known.entry }
            throw error
        }
    }

    private static let hotel = Statement(
        "hotel",
        """
        SELECT name, time_zone, currency, default_language, address, latitude, longitude,
            coalesce((SELECT jsonb_object_agg(topic, texts) FROM hotel_facts f WHERE f.hotel_id = h.hotel_id), '{}') AS facts
        FROM hotels h WHERE hotel_id = $1
        """)

    private func read(_ id: Int) async throws -> Entry {
        guard let row = try await database.query(Self.hotel, [.int(id)], deadline: Self.deadline).first else {
            throw HotelError(hotel: id, problem: "no such hotel")
        }
        guard let language = Language(rawValue: try row.text("default_language")) else {
            throw HotelError(hotel: id, problem: "its default language is none of ours")
        }
        var location: HotelLocation?
        if let latitude = try row.optionalDouble("latitude"), let longitude = try row.optionalDouble("longitude") {
            location = HotelLocation(
                latitude: latitude, longitude: longitude, address: try row.optionalText("address") ?? "")
        }
        let hotel = Hotel(
            id: id, name: try row.text("name"), timeZone: try row.text("time_zone"), currency: try row.text("currency"),
            defaultLanguage: language,
            facts: try JSONCoder.decode([String: Translations].self, from: try row.json("facts")), location: location)
        return Entry(hotel: hotel, timeZone: try TimeZoneRules(identifier: hotel.timeZone))
    }
}

struct HotelError: Error, CustomStringConvertible {
    var hotel: Int
    var problem: String
    var description: String { "hotel \(hotel): \(problem)" }
}
