import Contracts
import JSON
import Postgres

/// A row that is not what this version expects: a fault in the database or in the program.
struct MockFault: Error, CustomStringConvertible {
    var problem: String

    var description: String { "mock PMS: \(problem)" }
}

/// Reads columns; what does not fit is a fault.
func reading<Value>(_ body: () throws -> Value) throws(PMSError) -> Value {
    do {
        return try body()
    } catch {
        throw .broken(error)
    }
}

extension PMSError {
    /// The words that the functions of 0002_inventory.sql fail with.
    init(failure word: String) {
        self =
            switch word {
            case "not_found": .notFound
            case "past": .invalid("stay.check_in has passed")
            case "party_too_large": .invalid("the room type does not hold the party")
            case "not_for_sale": .invalid("stay has nights that are not for sale")
            case "key_reused": .invalid("the key belongs to another request")
            default:
                PMSConflict(rawValue: word).map(PMSError.conflict)
                    ?? .broken(MockFault(problem: "an unknown failure"))
            }
    }
}

extension RoomType {
    init(row: Row) throws(PMSError) {
        self = try reading {
            RoomType(
                id: try row.text("room_type_id"), category: try row.text("category"),
                name: try JSONCoder.decode(Translations.self, from: try row.json("names")),
                summary: try JSONCoder.decode(Translations.self, from: try row.json("summaries")),
                capacity: try row.int("capacity"), maximumAdults: try row.int("maximum_adults"),
                rooms: try row.int("rooms"))
        }
    }
}

extension Offer {
    init(row: Row) throws(PMSError) {
        let roomType = try RoomType(row: row)
        let price = try Price(row: row)
        let roomsFree = try reading { try row.int("rooms_free") }
        self.init(
            roomType: roomType, roomsFree: roomsFree, total: price.total, payableAtHotel: price.payableAtHotel)
    }
}

extension Quote {
    init(row: Row, stay: Stay, party: Party) throws(PMSError) {
        let offer = try Offer(row: row)
        self = try reading {
            Quote(
                id: try row.text("quote_id"), stay: stay, party: party, offer: offer,
                expiresAt: try row.microseconds("expires_at") / 1_000_000)
        }
    }
}

extension Booking {
    init(row: Row) throws(PMSError) {
        let roomType = try RoomType(row: row)
        let price = try Price(row: row)
        self = try reading {
            let checkIn = LocalDate(daysSinceEpoch: try row.days("check_in"))
            let checkOut = LocalDate(daysSinceEpoch: try row.days("check_out"))
            guard let stay = Stay(checkIn: checkIn, checkOut: checkOut),
                let status = BookingStatus(rawValue: try row.text("status"))
            else { throw MockFault(problem: "a booking's row makes no sense") }
            return Booking(
                code: try row.text("code"), status: status, stay: stay,
                party: Party(adults: try row.int("adults"), children: try row.intArray("children")),
                roomType: roomType, total: price.total, payableAtHotel: price.payableAtHotel,
                holdExpiresAt: try row.optionalMicroseconds("hold_expires_at").map { $0 / 1_000_000 },
                guestName: try row.optionalText("guest_name"), email: try row.optionalText("guest_email"))
        }
    }
}

private struct Price {
    var total: Money
    var payableAtHotel: Money?

    init(row: Row) throws(PMSError) {
        self = try reading {
            let currency = try row.text("currency")
            return Price(
                total: Money(minorUnits: try row.int("total_minor"), currency: currency),
                payableAtHotel: try row.optionalInt("payable_minor").map { Money(minorUnits: $0, currency: currency) })
        }
    }

    private init(total: Money, payableAtHotel: Money?) {
        self.total = total
        self.payableAtHotel = payableAtHotel
    }
}
