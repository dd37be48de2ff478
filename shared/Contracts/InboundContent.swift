/// What a guest sent, in the same shape for every channel: column `content` of `inbound_messages`. Payment card numbers are masked before it is made.
public struct InboundContent: Codable, Hashable, Sendable {
    public enum Kind: String, Codable, Sendable {
        case text
        /// A tapped button or list row: `buttonID`, and its title in `text`.
        case button
        case voice
        case image, video, document, sticker, location, contacts, reaction
        /// Anything this version does not know; kept raw, answered politely.
        case unsupported
        /// The provider's own notices (a changed number); not a wish of the guest's.
        case system
    }

    public var kind: Kind
    /// At most 4,096 characters; `truncated` says that there was more. No NUL.
    public var text: String?
    public var truncated: Bool?
    public var buttonID: String?
    /// The provider's id of a picture, a voice note …
    public var providerMediaID: String?
    /// Whether a card number or security code was masked in it.
    public var maskedCard: Bool?

    public init(
        kind: Kind, text: String? = nil, truncated: Bool? = nil, buttonID: String? = nil,
        providerMediaID: String? = nil,
        maskedCard: Bool? = nil
    ) {
        self.kind = kind
        self.text = text
        self.truncated = truncated
        self.buttonID = buttonID
        self.providerMediaID = providerMediaID
        self.maskedCard = maskedCard
    }
}
