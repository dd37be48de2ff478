import Servers
import Testing

/// Everything here runs over the five real processes, one test after the other.
@Suite(.serialized) enum EndToEnd {
    /// The system that all share who break nothing. It ends with the test's process.
    static func system() async throws -> HotelSystem { try await shared.value }

    private static let shared = Task {
        var settings = HotelSystem.Settings()
        settings.receipts = ["sent", "delivered"]
        settings.logLevel = "DEBUG"
        return try await HotelSystem.start(settings)
    }
}

/// The two ways in which a guest talks with the hotel.
enum Way: String, CaseIterable, Sendable {
    case whatsApp
    case web

    func talker(_ system: HotelSystem, name: String = "Ana Pérez") async throws -> any Talker {
        switch self {
        case .whatsApp: await system.guest(name)
        case .web: try await system.visitor()
        }
    }
}
