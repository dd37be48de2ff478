import Contracts
import JSON

/// One change of the inventory, as the function `pms_mutate` is told it. Its JSON is what two requests under the same key are compared by.
enum MockMutation {
    case hold(quote: String)
    case release(hold: String)
    case book(Booker)
    case change(Change)
    case cancel(code: String)

    struct Booker: Encodable {
        var hold: String
        var guestName: String
        var guestEmail: String?
        var guestPhone: String?
        var conversation: String

        private enum CodingKeys: String, CodingKey {
            case hold, conversation
            case guestName = "guest_name"
            case guestEmail = "guest_email"
            case guestPhone = "guest_phone"
        }
    }

    struct Change: Encodable {
        var code: String
        var checkIn: LocalDate
        var checkOut: LocalDate
        var adults: Int
        var children: [Int]
        var roomType: String
        var agreedMinor: Int
        var agreedCurrency: String

        private enum CodingKeys: String, CodingKey {
            case code, adults, children
            case checkIn = "check_in"
            case checkOut = "check_out"
            case roomType = "room_type"
            case agreedMinor = "agreed_minor"
            case agreedCurrency = "agreed_currency"
        }
    }

    var operation: String {
        switch self {
        case .hold: "hold"
        case .release: "release"
        case .book: "book"
        case .change: "change"
        case .cancel: "cancel"
        }
    }

    func request() throws(PMSError) -> [UInt8] {
        do {
            return switch self {
            case .hold(let quote): try JSONCoder.encode(["quote": quote])
            case .release(let hold): try JSONCoder.encode(["hold": hold])
            case .book(let booker): try JSONCoder.encode(booker)
            case .change(let change): try JSONCoder.encode(change)
            case .cancel(let code): try JSONCoder.encode(["code": code])
            }
        } catch {
            throw .broken(error)
        }
    }
}
