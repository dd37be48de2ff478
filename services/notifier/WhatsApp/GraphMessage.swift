import Contracts

/// One message as the Graph API takes it (Cloud API reference, "Messages"), every limit already kept.
enum GraphMessage: Hashable, Sendable {
    case text(String)
    case buttons(body: String, [Button])
    case list(body: String, opener: String, [Row])
    case location(latitude: Double, longitude: Double, name: String, address: String)
    /// An uploaded Ogg/Opus file, shown as a voice note.
    case voice(mediaID: String)

    struct Button: Hashable, Sendable {
        var id: String
        var title: String
    }

    struct Row: Hashable, Sendable {
        var id: String
        var title: String
        var description: String
    }
}

/// A message with whom it is for: the body of `POST /{phone number id}/messages`.
struct GraphRequest: Encodable {
    var recipient: GraphRecipient
    var message: GraphMessage
    /// Comes back in every status, so that a lost answer can be reconciled.
    var outboundID: Int

    private enum Key: String, CodingKey {
        case product = "messaging_product"
        case to, recipient, type, text, interactive, location, audio
        case callbackData = "biz_opaque_callback_data"
    }

    func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: Key.self)
        try body.encode("whatsapp", forKey: .product)
        switch recipient {
        case .phone(let number): try body.encode(number, forKey: .to)
        // Unverified: another client puts it into `to`.
        case .userID(let id): try body.encode(id, forKey: .recipient)
        }
        try body.encode(String(outboundID), forKey: .callbackData)
        try encodeMessage(into: &body)
    }

    private func encodeMessage(into body: inout KeyedEncodingContainer<Key>) throws {
        switch message {
        case .text(let text):
            try body.encode("text", forKey: .type)
            try body.encode(GraphText(body: text, previewURL: false), forKey: .text)
        case .buttons(let text, let buttons):
            try body.encode("interactive", forKey: .type)
            try body.encode(GraphButtons(body: text, buttons: buttons), forKey: .interactive)
        case .list(let text, let opener, let rows):
            try body.encode("interactive", forKey: .type)
            try body.encode(GraphList(body: text, opener: opener, rows: rows), forKey: .interactive)
        case .location(let latitude, let longitude, let name, let address):
            try body.encode("location", forKey: .type)
            try body.encode(
                GraphLocation(latitude: latitude, longitude: longitude, name: name, address: address), forKey: .location
            )
        case .voice(let mediaID):
            try body.encode("audio", forKey: .type)
            try body.encode(GraphAudio(id: mediaID, voice: true), forKey: .audio)
        }
    }
}

/// How Meta knows a guest: by phone number, or by the business-scoped user id (`CC.alphanumeric`) of one who has a username.
enum GraphRecipient: Hashable, Sendable {
    case phone(String)
    case userID(String)

    init(address: String) {
        let isUserID = address.split(separator: ".", maxSplits: 1).first.map {
            $0.count == 2 && $0.allSatisfy(\.isLetter)
        }
        self = isUserID == true && address.dropFirst(2).first == "." ? .userID(address) : .phone(address)
    }
}

private struct GraphText: Encodable {
    var body: String
    var previewURL: Bool

    private enum CodingKeys: String, CodingKey {
        case body
        case previewURL = "preview_url"
    }
}

private struct GraphLocation: Encodable {
    var latitude: Double
    var longitude: Double
    var name: String
    var address: String
}

private struct GraphAudio: Encodable {
    var id: String
    var voice: Bool
}

private struct GraphButtons: Encodable {
    var body: String
    var buttons: [GraphMessage.Button]

    private struct Reply: Encodable {
        var id: String
        var title: String
    }

    private struct Entry: Encodable {
        var type = "reply"
        var reply: Reply
    }

    private enum Key: String, CodingKey { case type, body, action, buttons, text }

    func encode(to encoder: any Encoder) throws {
        var interactive = encoder.container(keyedBy: Key.self)
        try interactive.encode("button", forKey: .type)
        try interactive.encode(["text": body], forKey: .body)
        var action = interactive.nestedContainer(keyedBy: Key.self, forKey: .action)
        try action.encode(buttons.map { Entry(reply: Reply(id: $0.id, title: $0.title)) }, forKey: .buttons)
    }
}

private struct GraphList: Encodable {
    var body: String
    var opener: String
    var rows: [GraphMessage.Row]

    private struct Entry: Encodable {
        var id: String
        var title: String
        var description: String?
    }

    private struct Section: Encodable {
        var rows: [Entry]
    }

    private enum Key: String, CodingKey { case type, body, action, button, sections }

    func encode(to encoder: any Encoder) throws {
        var interactive = encoder.container(keyedBy: Key.self)
        try interactive.encode("list", forKey: .type)
        try interactive.encode(["text": body], forKey: .body)
        var action = interactive.nestedContainer(keyedBy: Key.self, forKey: .action)
        try action.encode(opener, forKey: .button)
        let entries = rows.map {
            Entry(id: $0.id, title: $0.title, description: $0.description.isEmpty ? nil : $0.description)
        }
        // A single section needs no title.
        try action.encode([Section(rows: entries)], forKey: .sections)
    }
}

/// Read mark and typing in one call; typing ends with the reply or after 25 s.
struct GraphReadMark: Encodable {
    var messageID: String

    private enum Key: String, CodingKey {
        case product = "messaging_product"
        case status
        case messageID = "message_id"
        case typing = "typing_indicator"
    }

    func encode(to encoder: any Encoder) throws {
        var body = encoder.container(keyedBy: Key.self)
        try body.encode("whatsapp", forKey: .product)
        try body.encode("read", forKey: .status)
        try body.encode(messageID, forKey: .messageID)
        try body.encode(["type": "text"], forKey: .typing)
    }
}
