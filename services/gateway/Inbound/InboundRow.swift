import Contracts
import JSON

/// A row of `inbound_messages` before it is stored.
struct InboundRow: Sendable {
    var hotel: Int
    var channel: String
    /// The provider's id; with hotel and channel the key, so that a repeat is a no-op.
    var messageID: String
    /// Of the guest, when no other conversation is known for `identity`.
    var conversation: String
    /// A phone number, a user id or a web visitor.
    var identity: String
    /// Where the answer goes.
    var address: String
    var profileName: String?
    var content: InboundContent
    var raw: [UInt8]
    /// Unix seconds, by the message itself.
    var sentAt: Int?
    /// Unix microseconds.
    var receivedAt: Int
    /// Unix microseconds: a guest over the limit is answered later.
    var notBefore: Int
    var traceparent: String?
    /// Whether it still has to be counted against the limits of its guest and hotel.
    var isToBeCounted = true

    /// The order in which a batch is inserted: two batches in opposite orders would deadlock.
    static func precedes(_ left: InboundRow, _ right: InboundRow) -> Bool {
        (left.hotel, left.channel, left.messageID) < (right.hotel, right.channel, right.messageID)
    }

    /// The same message with nothing that a database could refuse: kept for people, and answered politely.
    var reduced: InboundRow {
        var row = self
        row.content = InboundContent(kind: .unsupported)
        row.profileName = nil
        row.sentAt = nil
        return row
    }
}
