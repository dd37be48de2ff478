/// What a guest is sent, in the same shape for every channel: column `content` of `outbound_messages`. The notifier turns it into the channel's own form.
public enum OutboundContent: Codable, Hashable, Sendable {
    case message(OutboundMessage)
    /// Spoken by tts when the notifier sends it; the same words go out as text before it.
    case voice(text: String, language: Language)
    case location(latitude: Double, longitude: Double, name: String, address: String)
}

/// One bubble: text, and what can be tapped.
public struct OutboundMessage: Codable, Hashable, Sendable {
    public var text: String
    public var language: Language
    /// Rooms to choose among, shown as cards on the web page, as buttons (up to 3 in all) or list rows (up to 10) on WhatsApp.
    public var cards: [OutboundCard]
    public var buttons: [OutboundButton]
    /// Below the cards on the web, at the text's end elsewhere: taxes, conditions.
    public var note: String?
    /// The words on the button that opens a list (20 characters at most).
    public var listTitle: String?

    public init(
        text: String, language: Language, cards: [OutboundCard] = [], buttons: [OutboundButton] = [],
        note: String? = nil,
        listTitle: String? = nil
    ) {
        self.text = text
        self.language = language
        self.cards = cards
        self.buttons = buttons
        self.note = note
        self.listTitle = listTitle
    }
}

/// A choice with its price.
public struct OutboundCard: Codable, Hashable, Sendable {
    /// Names its offer and step; at most 200 characters.
    public var id: String
    /// At most 24 characters on a WhatsApp list row, 20 on a button: the notifier cuts.
    public var title: String
    public var price: String
    public var detail: String

    public init(id: String, title: String, price: String, detail: String) {
        self.id = id
        self.title = title
        self.price = price
        self.detail = detail
    }
}

public struct OutboundButton: Codable, Hashable, Sendable {
    /// Names its offer and step; at most 200 characters.
    public var id: String
    public var title: String

    public init(id: String, title: String) {
        self.id = id
        self.title = title
    }
}
