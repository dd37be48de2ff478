import Contracts
import JSON

/// Reads one element of `messages`.
enum WebhookMessage {
    static let textLimit = 4_096
    private static let identifierLimit = 256

    /// Nil when it has no id or nobody to answer.
    static func read(_ element: JSONNode, contacts: [JSONNode], phoneNumberID: String?) -> WebhookPayload.Message? {
        guard let id = element["id"]?.string, (1...identifierLimit).contains(id.utf8.count), !id.utf8.contains(0) else {
            return nil
        }
        let from = element["from"]?.string
        let userID = element["from_user_id"]?.string ?? (from.flatMap { digits($0) } == nil ? from : nil)
        let contact = contact(for: from, userID, in: contacts)
        let phone = from.flatMap(digits) ?? contact?["wa_id"]?.string.flatMap(digits)
        let user = identifier(userID ?? contact?["user_id"]?.string)
        guard phone != nil || user != nil else { return nil }
        return WebhookPayload.Message(
            phoneNumberID: phoneNumberID, id: id, phone: phone, userID: user,
            previousUserID: identifier(element["system"]?["previous_user_id"]?.string),
            profileName: (contact?["profile"]?["name"]?.string).map { limited(CardMask.masked($0).text, to: 128).text },
            content: content(element), sentAt: sentAt(element["timestamp"]), raw: raw(element))
    }

    /// The contact that a message is of: several people may be in one payload.
    private static func contact(for from: String?, _ userID: String?, in contacts: [JSONNode]) -> JSONNode? {
        contacts.first { contact in
            (from != nil && contact["wa_id"]?.string == from) || (userID != nil && contact["user_id"]?.string == userID)
        } ?? (contacts.count == 1 ? contacts.first : nil)
    }

    /// A phone number as WhatsApp writes it: 5 to 20 digits.
    private static func digits(_ text: String) -> String? {
        let bare = text.hasPrefix("+") ? text.dropFirst() : text[...]
        return (5...20).contains(bare.utf8.count) && bare.utf8.allSatisfy { (0x30...0x39).contains($0) }
            ? String(bare) : nil
    }

    private static func identifier(_ text: String?) -> String? {
        guard let text, (1...identifierLimit).contains(text.utf8.count), !text.utf8.contains(0) else { return nil }
        return text
    }

    private static func sentAt(_ node: JSONNode?) -> Int? {
        guard let seconds = node?.string.flatMap({ Int($0) }) ?? node?.int, (0...253_402_300_799).contains(seconds)
        else {
            return nil
        }
        return seconds
    }

    private static func content(_ element: JSONNode) -> InboundContent {
        switch element["type"]?.string {
        case "text":
            return text(.text, element["text"]?["body"]?.string)
        case "interactive":
            let reply = element["interactive"]?["button_reply"] ?? element["interactive"]?["list_reply"]
            return button(reply?["id"]?.string, reply?["title"]?.string)
        case "button":
            return button(element["button"]?["payload"]?.string, element["button"]?["text"]?.string)
        case "audio":
            return media(.voice, element["audio"])
        case "image": return media(.image, element["image"])
        case "video": return media(.video, element["video"])
        case "document": return media(.document, element["document"])
        case "sticker": return media(.sticker, element["sticker"])
        case "location": return InboundContent(kind: .location)
        case "contacts": return InboundContent(kind: .contacts)
        case "reaction": return InboundContent(kind: .reaction)
        case "system": return InboundContent(kind: .system)
        default: return InboundContent(kind: .unsupported)
        }
    }

    static func text(_ kind: InboundContent.Kind, _ text: String?) -> InboundContent {
        guard let text else { return InboundContent(kind: .unsupported) }
        let masked = CardMask.masked(text)
        let limited = limited(masked.text, to: textLimit)
        return InboundContent(
            kind: kind, text: limited.text, truncated: limited.isCut ? true : nil,
            maskedCard: masked.didMask ? true : nil)
    }

    /// A page or an app may put anything into a title, so it is masked like what is written.
    static func button(_ id: String?, _ title: String?) -> InboundContent {
        guard let id = identifier(id) else { return text(.text, title) }
        let title = title.map { limited(CardMask.masked($0).text, to: 256).text }
        return InboundContent(kind: .button, text: title, buttonID: id)
    }

    private static func media(_ kind: InboundContent.Kind, _ node: JSONNode?) -> InboundContent {
        var content = text(kind, node?["caption"]?.string ?? "")
        if content.text?.isEmpty == true { content.text = nil }
        content.providerMediaID = identifier(node?["id"]?.string)
        return content
    }

    /// Without NUL, which the database's JSON refuses.
    static func limited(_ text: String, to limit: Int) -> (text: String, isCut: Bool) {
        let clean = text.utf8.contains(0) ? text.filter { $0 != "\0" } : text
        // Counting characters is dear, and there are at most as many as bytes.
        guard clean.utf8.count > limit, clean.count > limit else { return (clean, false) }
        return (String(clean.prefix(limit)), true)
    }

    /// The element as it came, but for card numbers in what people write.
    private static func raw(_ element: JSONNode) -> [UInt8] {
        var replacements: [(range: Range<Int>, bytes: [UInt8])] = []
        collect(element, key: "", into: &replacements)
        let base = element.range.lowerBound
        var bytes = Array(element.bytes)
        for replacement in replacements.reversed() {
            bytes.replaceSubrange(
                replacement.range.lowerBound - base..<replacement.range.upperBound - base, with: replacement.bytes)
        }
        return bytes
    }

    /// Fields that name things and never hold a person's words: an id may look like a card number.
    private static let identifiers: Set<String> = [
        "id", "from", "from_user_id", "wa_id", "user_id", "timestamp", "type", "mime_type", "sha256", "phone_number_id",
        "message_id", "previous_user_id", "product_retailer_id", "catalog_id",
    ]

    private static func collect(
        _ node: JSONNode, key: String, into replacements: inout [(range: Range<Int>, bytes: [UInt8])]
    ) {
        switch node.kind {
        case .object: for member in node.members { collect(member.value, key: member.key, into: &replacements) }
        case .array: for element in node.elements { collect(element, key: key, into: &replacements) }
        case .string:
            guard !identifiers.contains(key), let text = node.string else { return }
            let masked = CardMask.masked(text)
            guard masked.didMask else { return }
            var writer = JSONWriter()
            writer.string(masked.text)
            replacements.append((node.range, writer.bytes))
        case .number, .bool, .null: return
        }
    }
}
