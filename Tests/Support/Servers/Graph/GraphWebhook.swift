import Crypto
import JSON

/// A webhook as Meta sends it: the body and its signature.
public struct GraphWebhook: Sendable {
    public var body: [UInt8]
    /// Header `X-Hub-Signature-256`.
    public var signature: String

    /// Signs any bytes with the app's secret.
    public init(signing body: [UInt8], secret: String) {
        self.body = body
        signature = "sha256=" + hex(hmacSHA256(key: Array(secret.utf8), message: body))
    }

    /// A guest who writes.
    public struct Guest: Hashable, Sendable {
        /// Digits.
        public var phone: String
        public var name: String?

        public init(phone: String, name: String? = nil) {
            self.phone = phone
            self.name = name
        }
    }

    /// What a guest sends.
    public enum Said: Hashable, Sendable {
        case text(String)
        case tappedButton(id: String, title: String)
        case tappedRow(id: String, title: String)
        case voice(mediaID: String)
        case image(mediaID: String)
    }

    /// A guest's message to a hotel's number.
    public static func message(
        _ said: Said, id: String, from guest: Guest, to phoneNumberID: String, at seconds: Int, secret: String
    ) -> GraphWebhook {
        GraphWebhook(
            signing: payload(phoneNumberID) { json in
                json.key("contacts")
                json.beginArray()
                json.beginObject()
                json.key("profile")
                json.beginObject()
                json.member("name", guest.name ?? "Guest")
                json.endObject()
                json.member("wa_id", guest.phone)
                json.endObject()
                json.endArray()
                json.key("messages")
                json.beginArray()
                json.beginObject()
                json.member("from", guest.phone)
                json.member("id", id)
                json.member("timestamp", String(seconds))
                write(said, into: &json)
                json.endObject()
                json.endArray()
            }, secret: secret)
    }

    private static func write(_ said: Said, into json: inout JSONWriter) {
        switch said {
        case .text(let text): object("text", ["body": text], into: &json)
        case .voice(let id):
            object("audio", ["id": id, "mime_type": "audio/ogg; codecs=opus"], ["voice": true], into: &json)
        case .image(let id): object("image", ["id": id, "mime_type": "image/jpeg"], into: &json)
        case .tappedButton(let id, let title): reply("button_reply", id, title, into: &json)
        case .tappedRow(let id, let title): reply("list_reply", id, title, into: &json)
        }
    }

    private static func object(
        _ type: String, _ texts: KeyValuePairs<String, String>, _ flags: KeyValuePairs<String, Bool> = [:],
        into json: inout JSONWriter
    ) {
        json.member("type", type)
        json.key(type)
        json.beginObject()
        for (key, value) in texts { json.member(key, value) }
        for (key, value) in flags {
            json.key(key)
            json.bool(value)
        }
        json.endObject()
    }

    private static func reply(_ type: String, _ id: String, _ title: String, into json: inout JSONWriter) {
        json.member("type", "interactive")
        json.key("interactive")
        json.beginObject()
        object(type, ["id": id, "title": title], into: &json)
        json.endObject()
    }

    /// A delivery receipt: `sent`, `delivered`, `read`, `played` or `failed`.
    public static func status(
        _ status: String, of id: String, recipient: String, callbackData: String?, errorCode: Int? = nil,
        number phoneNumberID: String, at seconds: Int, secret: String
    ) -> GraphWebhook {
        GraphWebhook(
            signing: payload(phoneNumberID) { json in
                json.key("statuses")
                json.beginArray()
                json.beginObject()
                json.member("id", id)
                json.member("status", status)
                json.member("timestamp", String(seconds))
                json.member("recipient_id", recipient)
                if let callbackData { json.member("biz_opaque_callback_data", callbackData) }
                if let errorCode {
                    json.key("errors")
                    json.beginArray()
                    json.beginObject()
                    json.key("code")
                    json.int(errorCode)
                    json.member("title", "Error")
                    json.endObject()
                    json.endArray()
                }
                json.endObject()
                json.endArray()
            }, secret: secret)
    }

    private static func payload(_ phoneNumberID: String, _ value: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("object", "whatsapp_business_account")
        json.key("entry")
        json.beginArray()
        json.beginObject()
        json.member("id", "102290129340398")
        json.key("changes")
        json.beginArray()
        json.beginObject()
        json.key("value")
        json.beginObject()
        json.member("messaging_product", "whatsapp")
        json.key("metadata")
        json.beginObject()
        json.member("display_phone_number", "34911000000")
        json.member("phone_number_id", phoneNumberID)
        json.endObject()
        value(&json)
        json.endObject()
        json.member("field", "messages")
        json.endObject()
        json.endArray()
        json.endObject()
        json.endArray()
        json.endObject()
        return json.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ key: String, _ value: String) {
        self.key(key)
        string(value)
    }
}
