/// From one day to a later one: a stay can't check out before it checks in, nor on the same day.
public struct Stay: Hashable, Sendable {
    public let checkIn: LocalDate
    public let checkOut: LocalDate

    /// Nil unless `checkOut` is after `checkIn`.
    public init?(checkIn: LocalDate, checkOut: LocalDate) {
        guard checkIn < checkOut else { return nil }
        self.checkIn = checkIn
        self.checkOut = checkOut
    }

    /// At least 1.
    public var nights: Int { checkIn.days(until: checkOut) }

    /// The days whose nights are slept: from check-in to the day before check-out.
    public var nightDates: [LocalDate] { (0..<nights).map(checkIn.adding(days:)) }
}

extension Stay: Codable {
    private enum CodingKeys: String, CodingKey {
        case checkIn = "check_in"
        case checkOut = "check_out"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let checkIn = try container.decode(LocalDate.self, forKey: .checkIn)
        let checkOut = try container.decode(LocalDate.self, forKey: .checkOut)
        guard let stay = Stay(checkIn: checkIn, checkOut: checkOut) else {
            throw DecodingError.dataCorruptedError(
                forKey: .checkOut, in: container, debugDescription: "check_out must be after check_in")
        }
        self = stay
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(checkIn, forKey: .checkIn)
        try container.encode(checkOut, forKey: .checkOut)
    }
}

/// Who sleeps in a room.
public struct Party: Codable, Hashable, Sendable {
    public var adults: Int
    /// Their ages in years at arrival.
    public var children: [Int]

    public init(adults: Int, children: [Int] = []) {
        self.adults = adults
        self.children = children
    }

    public var people: Int { adults + children.count }
}

/// An amount with its currency, never a bare number.
public struct Money: Codable, Hashable, Sendable {
    /// In the currency's smallest unit: cents of a euro.
    public var minorUnits: Int
    /// ISO 4217, such as `EUR`.
    public var currency: String

    public init(minorUnits: Int, currency: String) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    private enum CodingKeys: String, CodingKey {
        case minorUnits = "minor_units"
        case currency
    }
}

/// The languages that guests are answered in.
public enum Language: String, Codable, Hashable, Sendable, CaseIterable {
    case spanish = "es"
    case english = "en"
    case portuguese = "pt"
}

/// A text in each language.
public typealias Translations = [Language.RawValue: String]
