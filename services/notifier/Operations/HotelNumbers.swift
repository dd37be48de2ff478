import Loop
import Postgres

/// Meta's ids of the hotels' numbers, remembered for a minute.
actor HotelNumbers {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let database: PostgresPool
    /// For a hotel that names none.
    private let standard: String?
    private var known: [Int: (number: String?, until: ContinuousClock.Instant)] = [:]

    private static let lifetime = Duration.seconds(60)
    private static let limit = 10_000

    init(loop: EventLoop, database: PostgresPool, standard: String?) {
        self.loop = loop
        self.database = database
        self.standard = standard
    }

    private static let find = Statement(
        "find_hotel_number", "SELECT whatsapp_phone_number_id FROM hotels WHERE hotel_id = $1")

    func number(of hotel: Int) async throws -> String? {
        let now = ContinuousClock.now
        if let entry = known[hotel], entry.until > now { return entry.number }
        let row = try await database.query(Self.find, [.int(hotel)], deadline: .seconds(1)).first
        let number = try row?.optionalText("whatsapp_phone_number_id") ?? standard
        if known.count >= Self.limit { known.removeAll() }
        known[hotel] = (number, now + Self.lifetime)
        return number
    }
}
