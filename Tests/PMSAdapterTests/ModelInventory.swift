import Contracts

@testable import pms_adapter

/// What the inventory should be, as a list: who has which room, until when. Slow and obvious.
struct ModelInventory {
    struct Claim {
        var room: String
        var stay: Stay
        /// Nil is for good.
        var heldUntil: Int?
    }

    let rooms: [String]
    private(set) var claims: [String: Claim] = [:]

    init(rooms: [String]) {
        self.rooms = rooms
    }

    func isFree(_ room: String, _ stay: Stay, ignoring code: String?, now: Int) -> Bool {
        !claims.contains { owner, claim in
            owner != code && claim.room == room && (claim.heldUntil ?? .max) > now
                && claim.stay.checkIn < stay.checkOut && stay.checkIn < claim.stay.checkOut
        }
    }

    func countFree(_ stay: Stay, ignoring code: String? = nil, now: Int) -> Int {
        rooms.count { isFree($0, stay, ignoring: code, now: now) }
    }

    mutating func set(_ code: String, _ claim: Claim?) {
        claims[code] = claim
    }
}
