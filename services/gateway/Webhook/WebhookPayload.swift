import Contracts
import JSON

/// A webhook of the WhatsApp Cloud API, taken apart (Cloud API, Webhooks, "messages" field). One bad element loses no other; unknown fields and kinds are
/// normal. A value: bytes in, elements out.
struct WebhookPayload: Sendable {
    /// A guest's message, as far as it tells.
    struct Message: Sendable {
        /// Of the hotel's number; nil when the payload has no metadata.
        var phoneNumberID: String?
        /// The provider's id: at most 256 bytes.
        var id: String
        /// Digits only.
        var phone: String?
        /// Business-scoped user id.
        var userID: String?
        /// An id that the guest was known by before (`system` messages).
        var previousUserID: String?
        var profileName: String?
        var content: InboundContent
        /// Unix seconds by the message itself; never trusted for the 24-hour window.
        var sentAt: Int?
        /// The element as it came, card numbers masked.
        var raw: [UInt8]
    }

    /// A delivery receipt.
    struct Status: Sendable {
        var phoneNumberID: String?
        var providerID: String
        var status: String
        /// Our own id, when it came back (`biz_opaque_callback_data`).
        var outboundID: Int?
        var errorCode: Int?
    }

    var messages: [Message] = []
    var statuses: [Status] = []
    /// Elements that could not be used.
    var brokenElements = 0

    /// More elements than Meta puts into one payload are not looked at.
    static let maximumElements = 1_000

    /// Throws when the body is no JSON or not a webhook of this product; anything wrong inside is only counted.
    init(_ body: [UInt8]) throws(WebhookError) {
        let document: JSONDocument
        do {
            document = try JSONDocument(body)
        } catch {
            throw WebhookError(problem: "the body is no JSON: \(error)")
        }
        guard document.root.kind == .object else { throw WebhookError(problem: "the body must be a JSON object") }
        guard document.root["object"]?.string == "whatsapp_business_account" else {
            throw WebhookError(problem: "\"object\" must be \"whatsapp_business_account\"")
        }
        guard let entries = document.root["entry"], entries.kind == .array else {
            throw WebhookError(problem: "\"entry\" must be an array")
        }
        for entry in entries.elements {
            for change in entry["changes"]?.elements ?? [] {
                // Other fields (account updates, template reviews) are nothing that a guest said.
                if let field = change["field"]?.string, field != "messages" { continue }
                guard let value = change["value"], value.kind == .object else {
                    brokenElements += 1
                    continue
                }
                take(value)
            }
        }
    }

    private mutating func take(_ value: JSONNode) {
        let number = value["metadata"]?["phone_number_id"]?.string
        guard number?.utf8.contains(0) != true else {
            brokenElements += 1
            return
        }
        let contacts = value["contacts"]?.elements ?? []
        for element in value["messages"]?.elements ?? [] where messages.count < Self.maximumElements {
            if let message = WebhookMessage.read(element, contacts: contacts, phoneNumberID: number) {
                messages.append(message)
            } else {
                brokenElements += 1
            }
        }
        for element in value["statuses"]?.elements ?? [] where statuses.count < Self.maximumElements {
            if let status = Self.status(element, phoneNumberID: number) {
                statuses.append(status)
            } else {
                brokenElements += 1
            }
        }
    }

    private static func status(_ element: JSONNode, phoneNumberID: String?) -> Status? {
        guard let id = element["id"]?.string, (1...256).contains(id.utf8.count), !id.utf8.contains(0),
            let status = element["status"]?.string, known.contains(status)
        else { return nil }
        return Status(
            phoneNumberID: phoneNumberID, providerID: id, status: status,
            outboundID: element["biz_opaque_callback_data"]?.string.flatMap { Int($0) },
            errorCode: (element["errors"]?.elements.first?["code"]?.int).flatMap { Int32(exactly: $0) }.map(Int.init))
    }

    private static let known: Set<String> = ["sent", "delivered", "read", "played", "failed"]
}

/// Why a webhook is refused as a whole.
struct WebhookError: Error, CustomStringConvertible {
    var problem: String
    var description: String { problem }
}
