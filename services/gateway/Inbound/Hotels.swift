import Contracts
import JSON
import Loop
import Postgres

/// Which hotel a message is for, by what the outside names it by; remembered for a few seconds.
actor Hotels {
    /// What the web page shows of a hotel.
    struct WebHotel: Sendable {
        var id: Int
        var key: String
        var name: String
        /// JSON: mark, greeting, subtitle, privacy address.
        var brand: [UInt8]
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let database: PostgresPool
    /// The number of a payload that names none.
    private let standardNumber: String?
    private var byNumber: [String: (hotel: Int?, readAt: ContinuousClock.Instant)] = [:]
    private var byKey: [String: (hotel: WebHotel?, readAt: ContinuousClock.Instant)] = [:]

    private static let lifetime = Duration.seconds(10)
    private static let remembered = 1_000
    private static let deadline = Duration.seconds(3)

    init(database: PostgresPool, standardNumber: String?, loop: EventLoop) {
        self.database = database
        self.standardNumber = standardNumber
        self.loop = loop
    }

    private static let numbered = Statement(
        "hotel_by_number", "SELECT hotel_id FROM hotels WHERE whatsapp_phone_number_id = $1")

    /// Nil when no hotel has this number. `number` nil: the number of this installation.
    func hotel(number: String?) async throws -> Int? {
        guard let number = number ?? standardNumber else { return nil }
        let now = ContinuousClock.now
        if let known = byNumber[number], now - known.readAt < Self.lifetime { return known.hotel }
        let hotel = try await database.query(Self.numbered, [.text(number)], deadline: Self.deadline).first?
            .int("hotel_id")
        if byNumber.count >= Self.remembered { byNumber.removeAll() }
        byNumber[number] = (hotel, now)
        return hotel
    }

    private static let keyed = Statement(
        "hotel_by_key",
        "SELECT hotel_id, web_key, name, brand FROM hotels WHERE web_key = $1 OR $1 = '' ORDER BY hotel_id LIMIT 1")

    /// Nil when no hotel has this key; an empty key is the first hotel's.
    func hotel(webKey: String) async throws -> WebHotel? {
        let now = ContinuousClock.now
        if let known = byKey[webKey], now - known.readAt < Self.lifetime { return known.hotel }
        let row = try await database.query(Self.keyed, [.text(webKey)], deadline: Self.deadline).first
        let hotel = try row.map {
            WebHotel(
                id: try $0.int("hotel_id"), key: try $0.text("web_key"), name: try $0.text("name"),
                brand: try $0.json("brand"))
        }
        if byKey.count >= Self.remembered { byKey.removeAll() }
        byKey[webKey] = (hotel, now)
        return hotel
    }
}
