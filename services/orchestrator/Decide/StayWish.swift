import Contracts

/// The stay that a guest has in mind, as far as it was told: slots that fill in any order and may be corrected at any time.
struct StayWish: Codable, Hashable, Sendable {
    var checkIn: LocalDate?
    var checkOut: LocalDate?
    /// Told before the arrival was.
    var nights: Int?
    var adults: Int?
    var children: [Int] = []
    /// Children whose age was not told yet.
    var childrenWithoutAge = 0
    /// A category of Contracts.RoomType.
    var roomType: String?

    init() {}

    init(stay: Stay, party: Party, roomType: String?) {
        checkIn = stay.checkIn
        checkOut = stay.checkOut
        adults = party.adults
        children = party.children
        self.roomType = roomType
    }

    var stay: Stay? {
        guard let checkIn, let checkOut else { return nil }
        return Stay(checkIn: checkIn, checkOut: checkOut)
    }

    var party: Party? {
        guard let adults, childrenWithoutAge == 0 else { return nil }
        return Party(adults: adults, children: children)
    }

    mutating func forgetDates() {
        checkIn = nil
        checkOut = nil
        nights = nil
    }

    /// What a message changed.
    struct Changes: OptionSet {
        let rawValue: Int
        static let dates = Changes(rawValue: 1)
        static let party = Changes(rawValue: 2)
        static let roomType = Changes(rawValue: 4)
    }

    /// Takes what was named; `question` tells a day of departure from one of arrival, and ages from people.
    mutating func apply(_ entities: [Entity], answering question: Question?) -> Changes {
        let before = self
        let namesWholeStay = entities.contains {
            if case .stay(_, .some) = $0 { true } else { false }
        }
        for entity in entities {
            switch entity {
            case .stay(let arrival, let departure):
                apply(arrival: arrival, departure: departure, answering: question)
            case .nights(let count) where !namesWholeStay && count > 0:
                nights = min(count, Limits.nightsThatCount)
                checkOut = checkIn.map { $0.adding(days: min(count, Limits.nightsThatCount)) }
            case .party(let adults, let children, let withoutAge):
                apply(adults: adults, children: children, withoutAge: withoutAge, answering: question)
            case .roomType(let category):
                roomType = category
            default:
                break
            }
        }
        var changes: Changes = []
        if (checkIn, checkOut, nights) != (before.checkIn, before.checkOut, before.nights) { changes.insert(.dates) }
        if (adults, children, childrenWithoutAge) != (before.adults, before.children, before.childrenWithoutAge) {
            changes.insert(.party)
        }
        if roomType != before.roomType { changes.insert(.roomType) }
        return changes
    }

    private mutating func apply(arrival: LocalDate, departure: LocalDate?, answering question: Question?) {
        if let departure {
            (checkIn, checkOut, nights) = (arrival, departure, nil)
            return
        }
        if question == .nights, let checkIn, arrival > checkIn {
            checkOut = arrival
            return
        }
        // "Better from the 4th" moves the arrival and keeps the departure where it can; beyond it, the stay keeps its length.
        if let oldIn = checkIn, let oldOut = checkOut, arrival >= oldOut {
            checkOut = arrival.adding(days: max(1, oldIn.days(until: oldOut)))
        }
        checkIn = arrival
        if checkOut == nil, let nights { checkOut = arrival.adding(days: nights) }
    }

    private mutating func apply(
        adults named: Int?, children ages: [Int], withoutAge: Int, answering question: Question?
    ) {
        if question == .childrenAges, named == nil, childrenWithoutAge > 0 {
            children += ages
            childrenWithoutAge = max(0, childrenWithoutAge - ages.count)
            return
        }
        if let named {
            adults = max(0, named)
            children = ages
            childrenWithoutAge = max(0, withoutAge)
        } else {
            if !ages.isEmpty { children = ages }
            childrenWithoutAge = max(0, withoutAge)
        }
    }
}
