import Contracts

/// What a request must be before any PMS is asked. A problem names the field and what would be right, never what was given.
enum RequestChecks {
    /// Longer stays are a contract, not a booking.
    static let maximumNights = 365
    static let maximumPeople = 20
    /// The message's id at the provider and an ordinal: room for a web visitor's two ids and more.
    static let maximumKeyBytes = 512
    static let maximumIdentifierBytes = 128
    static let maximumNameBytes = 240
    /// RFC 5321 §4.5.3.1.3 allows a path 256 with its brackets.
    static let maximumEmailBytes = 254
    static let maximumPhoneBytes = 40

    static func check(_ stay: Stay, _ party: Party) throws(PMSError) {
        guard stay.nights <= maximumNights else {
            throw .invalid("stay has \(stay.nights) nights; at most \(maximumNights)")
        }
        guard party.adults >= 1 else { throw .invalid("party.adults is \(party.adults); at least 1") }
        guard party.adults <= maximumPeople, party.children.count <= maximumPeople else {
            throw .invalid("party has more than \(maximumPeople) adults or children")
        }
        guard party.children.allSatisfy({ (0...17).contains($0) }) else {
            throw .invalid("party.children are ages from 0 to 17")
        }
    }

    static func checkKey(_ key: String) throws(PMSError) {
        try check(key, "key", atMost: maximumKeyBytes)
    }

    /// An id or a code that came from here.
    static func checkIdentifier(_ text: String, _ field: String) throws(PMSError) {
        try check(text, field, atMost: maximumIdentifierBytes)
    }

    static func canBeIdentifier(_ text: String) -> Bool {
        do throws(PMSError) {
            try checkIdentifier(text, "")
            return true
        } catch {
            return false
        }
    }

    static func checkGuest(_ request: PMSBook.Request) throws(PMSError) {
        try check(request.guestName, "guestName", atMost: maximumNameBytes)
        guard request.guestName.contains(where: { !$0.isWhitespace }) else { throw .invalid("guestName is blank") }
        if let email = request.email { try check(email, "email", atMost: maximumEmailBytes) }
        if let phone = request.phone { try check(phone, "phone", atMost: maximumPhoneBytes) }
    }

    private static func check(_ text: String, _ field: String, atMost limit: Int) throws(PMSError) {
        guard !text.isEmpty else { throw .invalid("\(field) is empty") }
        guard text.utf8.count <= limit else {
            throw .invalid("\(field) has \(text.utf8.count) bytes; at most \(limit)")
        }
        // No database keeps a NUL, and no name, code or address has the others.
        guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw .invalid("\(field) has control characters")
        }
    }
}
