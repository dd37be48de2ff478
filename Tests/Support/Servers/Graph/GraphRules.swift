import JSON

/// What Meta answers to a request that breaks a rule of the Cloud API.
public struct GraphRefusal: Error, Hashable, Sendable {
    public var status: Int
    public var code: Int
    public var message: String

    static func unexpected(_ message: String) -> GraphRefusal { GraphRefusal(status: 400, code: 100, message: message) }
    static func missing(_ message: String) -> GraphRefusal {
        GraphRefusal(status: 400, code: 131_008, message: message)
    }
    static func invalid(_ message: String) -> GraphRefusal {
        GraphRefusal(status: 400, code: 131_009, message: message)
    }
}

/// The Cloud API's rules for the body of `POST /{number}/messages`, as strict as Meta or stricter: every field is known, has its type and keeps its
/// limit. Pure; lengths are counted in UTF-16 units.
public struct GraphRules: Sendable {
    /// What a request asks for.
    public enum Request: Sendable {
        case message(GraphContent)
        /// Read mark, with typing or without.
        case read(messageID: String, isTyping: Bool)
    }

    /// - Parameter isVoice: whether a media id is of uploaded Ogg/Opus.
    public static func check(_ body: [UInt8], isVoice: (String) -> Bool?) throws(GraphRefusal) -> Request {
        let root: JSONNode
        do {
            root = try JSONDocument(body).root
        } catch {
            throw .unexpected("(#100) Invalid JSON: \(error.problem)")
        }
        guard root.kind == .object else { throw .unexpected("(#100) The body must be an object") }
        guard try text(root, "messaging_product", 1...20) == "whatsapp" else {
            throw .unexpected("(#100) messaging_product must be whatsapp")
        }
        if root["status"] != nil { return try read(root) }
        return .message(try message(root, isVoice))
    }

    private static func read(_ root: JSONNode) throws(GraphRefusal) -> Request {
        try fields(root, ["messaging_product", "status", "message_id", "typing_indicator"])
        guard try text(root, "status", 1...20) == "read" else { throw .invalid("status must be read") }
        let typing = root["typing_indicator"]
        if let typing {
            try fields(typing, ["type"])
            guard try text(typing, "type", 1...20) == "text" else {
                throw .invalid("typing_indicator.type must be text")
            }
        }
        return .read(messageID: try text(root, "message_id", 1...256), isTyping: typing != nil)
    }

    // MARK: Messages

    private static func message(_ root: JSONNode, _ isVoice: (String) -> Bool?) throws(GraphRefusal) -> GraphContent {
        let type = try text(root, "type", 1...20)
        try fields(
            root,
            [
                "messaging_product", "recipient_type", "to", "recipient", "type", "biz_opaque_callback_data", "context",
                type,
            ])
        if root["recipient_type"] != nil, root["recipient_type"]?.string != "individual" {
            throw .unexpected("(#100) recipient_type must be individual")
        }
        var content = GraphContent(recipient: try recipient(root), type: type)
        if root["biz_opaque_callback_data"] != nil {
            content.callbackData = try text(root, "biz_opaque_callback_data", 1...512)
        }
        let part = try object(root, type)
        switch type {
        case "text": try text(part, &content)
        case "interactive": try interactive(part, &content)
        case "location": try location(part, &content)
        case "audio": try audio(part, isVoice, &content)
        default: throw .unexpected("(#100) Param type must be one of text, interactive, location, audio")
        }
        return content
    }

    private static func recipient(_ root: JSONNode) throws(GraphRefusal) -> String {
        switch (root["to"], root["recipient"]) {
        case (.some, nil):
            let number = try text(root, "to", 7...15)
            guard number.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { throw .invalid("to must be digits") }
            return number
        case (nil, .some):
            let id = try text(root, "recipient", 4...140)
            let parts = id.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].count == 2, parts[0].allSatisfy({ $0.isASCII && $0.isUppercase }),
                parts[1].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
            else { throw .invalid("recipient must be CC.alphanumeric") }
            return id
        default:
            throw .missing("exactly one of to and recipient is required")
        }
    }

    private static func text(_ part: JSONNode, _ content: inout GraphContent) throws(GraphRefusal) {
        try fields(part, ["body", "preview_url"])
        content.text = try text(part, "body", 1...4_096)
        if let preview = part["preview_url"], preview.bool == nil {
            throw .unexpected("(#100) preview_url must be a boolean")
        }
    }

    private static func location(_ part: JSONNode, _ content: inout GraphContent) throws(GraphRefusal) {
        try fields(part, ["latitude", "longitude", "name", "address"])
        guard let latitude = part["latitude"]?.double, let longitude = part["longitude"]?.double else {
            throw .missing("latitude and longitude are required, as numbers")
        }
        guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { throw .invalid("no such place") }
        if part["name"] != nil { content.text = try text(part, "name", 1...1_000) }
        if part["address"] != nil { _ = try text(part, "address", 1...1_000) }
    }

    private static func audio(
        _ part: JSONNode, _ isVoice: (String) -> Bool?, _ content: inout GraphContent
    ) throws(GraphRefusal) {
        try fields(part, ["id", "voice"])
        let id = try text(part, "id", 1...128)
        guard let isOpus = isVoice(id) else { throw .invalid("(#131009) no media has this id") }
        if let voice = part["voice"] {
            guard let voice = voice.bool else { throw .unexpected("(#100) voice must be a boolean") }
            if voice, !isOpus { throw .invalid("a voice note must be Ogg/Opus") }
            content.isVoice = voice
        }
        content.mediaID = id
    }

    // MARK: Reading fields

    static func fields(_ node: JSONNode, _ known: Set<String>) throws(GraphRefusal) {
        guard node.kind == .object else { throw .unexpected("(#100) an object was expected") }
        for (key, _) in node.members where !known.contains(key) {
            throw .unexpected("(#100) Unexpected key \"\(key)\"")
        }
    }

    static func object(_ node: JSONNode, _ key: String) throws(GraphRefusal) -> JSONNode {
        guard let value = node[key] else { throw .missing("(#131008) Required parameter \(key) is missing") }
        guard value.kind == .object else { throw .unexpected("(#100) \(key) must be an object") }
        return value
    }

    static func array(_ node: JSONNode, _ key: String, _ counts: ClosedRange<Int>) throws(GraphRefusal) -> [JSONNode] {
        guard let value = node[key] else { throw .missing("(#131008) Required parameter \(key) is missing") }
        guard value.kind == .array else { throw .unexpected("(#100) \(key) must be an array") }
        guard counts.contains(value.elements.count) else {
            throw .invalid("(#131009) \(key) must have \(counts) elements")
        }
        return value.elements
    }

    /// A text with no fewer and no more units, that is not blank.
    static func text(_ node: JSONNode, _ key: String, _ units: ClosedRange<Int>) throws(GraphRefusal) -> String {
        guard let value = node[key] else { throw .missing("(#131008) Required parameter \(key) is missing") }
        guard let text = value.string else { throw .unexpected("(#100) \(key) must be a string") }
        guard units.contains(text.utf16.count), !text.allSatisfy(\.isWhitespace) else {
            throw .invalid("(#131009) \(key) must have \(units) characters, it has \(text.utf16.count)")
        }
        return text
    }
}

/// A message as the stand-in understood it.
public struct GraphContent: Hashable, Sendable {
    /// A tapable thing: a button, or a row of a list.
    public struct Choice: Hashable, Sendable {
        public var id: String
        public var title: String
        public var description: String?

        public init(id: String, title: String, description: String? = nil) {
            self.id = id
            self.title = title
            self.description = description
        }
    }

    /// Digits, or a business-scoped user id.
    public var recipient: String
    public var type: String
    public var callbackData: String?
    /// What the guest reads: a text, an interactive message's body, a location's name.
    public var text = ""
    public var choices: [Choice] = []
    /// What opens a list.
    public var listOpener: String?
    public var mediaID: String?
    public var isVoice = false

    init(recipient: String, type: String) {
        self.recipient = recipient
        self.type = type
    }
}
