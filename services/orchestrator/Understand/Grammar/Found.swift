/// What a stretch of a message may be, as phrase files name it: `{dates}`.
enum Slot: String, Hashable, Sendable, CaseIterable {
    case dates, nights, party, rooms, room, choice, code, email, phone, name, voice
    /// "One more night"
    case longer
    /// A time of day and an amount of money: read so that their digits are nothing else.
    case time, money
}

/// A stretch of tokens that the grammar has read.
struct Found: Hashable, Sendable {
    var slot: Slot
    var range: Range<Int>
    /// Nil where the words are read but say nothing that a decision needs.
    var entity: Entity?
}
