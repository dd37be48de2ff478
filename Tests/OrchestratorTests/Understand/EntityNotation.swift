import Contracts

@testable import orchestrator

/// Entities as the case files write them: `stay 2026-12-03..2026-12-05; party 2 + 4,7; room double`.
enum EntityNotation {
    static func text(_ entities: [Entity]) -> String { entities.map(text).joined(separator: "; ") }

    static func text(_ entity: Entity) -> String {
        switch entity {
        case .stay(let checkIn, let checkOut): "stay \(checkIn)" + (checkOut.map { "..\($0)" } ?? "")
        case .nights(let nights): "nights \(nights)"
        case .impossibleDate(let words): "impossible \(words)"
        case .party(nil, let ages, 0): "ages " + ages.map(String.init).joined(separator: ",")
        case .party(let adults, let ages, let withoutAge):
            "party " + (adults.map(String.init) ?? "?")
                + (ages.isEmpty ? "" : " + " + ages.map(String.init).joined(separator: ","))
                + (withoutAge == 0 ? "" : " + ?\(withoutAge)")
        case .rooms(let count): "rooms \(count)"
        case .roomType(let category): "room \(category)"
        case .choice(.ordinal(let number)): "choice \(number)"
        case .choice(.last): "choice last"
        case .choice(.cheapest): "choice cheapest"
        case .choice(.dearest): "choice dearest"
        case .bookingCode(let code): "code \(code)"
        case .email(let address): "email \(address)"
        case .phone(let number): "phone \(number)"
        case .name(let name): "name \(name)"
        case .answerByVoice: "voice"
        }
    }
}
