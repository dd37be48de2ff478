import Contracts

/// A hotel as the dialogue needs it: rows of `hotels` and `hotel_facts`.
struct Hotel: Codable, Sendable {
    var id: Int
    var name: String
    /// IANA name: `Europe/Madrid`.
    var timeZone: String
    /// ISO 4217.
    var currency: String
    var defaultLanguage: Language
    /// What guests ask about, by topic (`breakfast`, `parking`, `wifi`, `check_in`, `check_out`, `location`, `reception`, `cancellation`), each a whole sentence
    /// or two for the guest in every language.
    var facts: [String: Translations]
    var location: HotelLocation?
}

struct HotelLocation: Codable, Sendable {
    var latitude: Double
    var longitude: Double
    var address: String
}
