import Contracts
import JSON
import Postgres
import Telemetry

/// A row of `outbound_messages` that this process has claimed, or (`isSent`) has sent by claiming it.
struct OutboundRow: Sendable {
    var id: Int
    var key: ConversationKey
    var channel: String
    /// A phone number, a user id, a web visitor.
    var address: String
    /// Nil when this version can't read it.
    var content: OutboundContent?
    /// This attempt counted.
    var attempt: Int
    var partsAccepted: Int
    /// Something of it may have arrived already, and no receipt told.
    var isResend: Bool
    var isSent: Bool
    /// It has been tried for as long as it may.
    var isOver: Bool
    /// Whether the guest wrote within the last 24 hours.
    var isWindowOpen: Bool
    /// Since it was queued, in seconds.
    var waited: Double
    /// Meta's id of the hotel's number.
    var phoneNumberID: String?
    var trace: SpanContext?
    /// This claim's name: the process and a number, so that a late word about an earlier claim changes nothing.
    var owner: String

    init(_ row: Row, owner: String) throws {
        id = try row.int("id")
        key = ConversationKey(hotel: try row.int("hotel_id"), conversation: try row.text("conversation_id"))
        channel = try row.text("channel")
        address = try row.text("address")
        content = try? JSONCoder.decode(OutboundContent.self, from: try row.json("content"))
        attempt = try row.int("attempts")
        partsAccepted = try row.int("parts_accepted")
        isResend = try row.bool("is_resend")
        isSent = try row.bool("is_sent")
        isOver = try row.bool("is_over")
        isWindowOpen = try row.bool("is_window_open")
        waited = try row.double("waited")
        phoneNumberID = try row.optionalText("phone_number_id")
        trace = try row.optionalText("traceparent").flatMap { SpanContext(traceparent: $0) }
        self.owner = owner
    }

    /// As the metric `messages_outbound_total` names it.
    var kind: String {
        switch content {
        case .message(let message): message.cards.isEmpty && message.buttons.isEmpty ? "text" : "interactive"
        case .voice: "voice"
        case .location: "location"
        case nil: "unknown"
        }
    }
}

/// What the notifier's channels are called in column `channel`.
enum Channel {
    static let whatsApp = "whatsapp"
    static let web = "web"
}
