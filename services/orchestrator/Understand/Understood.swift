import Contracts

/// What a guest wants, in a closed set. The raw values are the names that phrase files, metrics and people use.
enum Intent: String, Codable, Hashable, Sendable, CaseIterable {
    case greet, thank, goodbye, help, affirm, deny
    case checkAvailability = "check_availability"
    case askPrice = "ask_price"
    case askRoomTypes = "ask_room_types"
    case makeBooking = "make_booking"
    case checkBooking = "check_booking"
    case changeBooking = "change_booking"
    case cancelBooking = "cancel_booking"
    case askBreakfast = "ask_breakfast"
    case askParking = "ask_parking"
    case askWifi = "ask_wifi"
    case askCheckInTime = "ask_check_in_time"
    case askCheckOutTime = "ask_check_out_time"
    case askLocation = "ask_location"
    case talkToHuman = "talk_to_human"
    case outOfScope = "out_of_scope"
}

struct RankedIntent: Codable, Hashable, Sendable {
    var intent: Intent
    /// Calibrated: of those said with 0.8, eight in ten are right.
    var probability: Double
}

/// Which of the things just offered.
enum Choice: Codable, Hashable, Sendable {
    /// Counted from 1.
    case ordinal(Int)
    case last
    case cheapest
    case dearest
}

/// What a message names exactly.
enum Entity: Codable, Hashable, Sendable {
    /// `checkOut` is nil when only a day of arrival was named.
    case stay(checkIn: LocalDate, checkOut: LocalDate?)
    case nights(Int)
    /// A day that does not exist, in the guest's words ("30 de febrero").
    case impossibleDate(String)
    /// `adults` is nil when only children were named. A child whose age was not said is counted in `childrenWithoutAge`.
    case party(adults: Int?, children: [Int], childrenWithoutAge: Int)
    case rooms(Int)
    /// A category of Contracts.RoomType: `single`, `double`, `twin`, `superior`, `family`, `suite`.
    case roomType(String)
    case choice(Choice)
    /// Upper case, with the hyphen: `HM-7K3QXD`.
    case bookingCode(String)
    case email(String)
    /// Digits with a leading `+` where it was written.
    case phone(String)
    case name(String)
    /// "respóndeme con un audio".
    case answerByVoice
}

/// A message as far as it is understood.
struct Understood: Codable, Hashable, Sendable {
    var language: Language
    /// 0 to 1; low for names, numbers and words that languages share. The conversation's language stands then.
    var languageConfidence: Double
    /// Best first; never empty.
    var intents: [RankedIntent]
    /// In the order in which they stand in the message.
    var entities: [Entity]
}

/// What is being waited for when a message arrives: it tells "dos" the number of people from "dos" the second offer.
enum Expectation: String, Codable, Hashable, Sendable {
    case dates, nights, party, childrenAges, choice, name, email, confirmation, bookingCode
}

struct UnderstandingContext: Sendable {
    /// In the hotel's time zone.
    var today: LocalDate
    /// Minutes since midnight in the hotel's time zone.
    var minuteOfDay: Int
    /// Of the conversation so far.
    var language: Language?
    var expecting: Expectation?
    /// Already known arrival, so that "hasta el domingo" or "two more nights" has a start.
    var checkIn: LocalDate?
    /// Already known departure, so that "one more night" has an end to start from.
    var checkOut: LocalDate?
}

/// Text in; language, ranked intents and entities out (DESIGN.md §6).
protocol Understanding: Sendable {
    func understand(_ text: String, in context: UnderstandingContext) async -> Understood
}
