import Crypto

/// Who a visitor of the web page is, signed, so that one visitor's token opens no other's conversation.
struct ChatToken: Hashable, Sendable {
    var hotel: Int
    /// Random: 32 hexadecimal digits.
    var visitor: String
    /// Unix seconds.
    var expiresAt: Int

    static let lifetimeSeconds = 30 * 86_400
    private static let longest = 512

    /// A visitor who is new.
    static func fresh(hotel: Int, now: Int) -> ChatToken {
        ChatToken(hotel: hotel, visitor: hex(randomBytes(16)), expiresAt: now + lifetimeSeconds)
    }

    func signed(with key: [UInt8]) -> String {
        let payload = base64URL("1|\(hotel)|\(visitor)|\(expiresAt)".utf8)
        return payload + "." + base64URL(Self.signature(payload, key))
    }

    /// Nil for a text that this key never signed, and for a token that is over.
    init?(_ text: String, key: [UInt8], now: Int) {
        guard text.utf8.count <= Self.longest else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let signature = bytes(fromBase64URL: parts[1]),
            equalInConstantTime(signature, Self.signature(String(parts[0]), key)),
            let payload = bytes(fromBase64URL: parts[0])
        else { return nil }
        let fields = String(decoding: payload, as: UTF8.self).split(separator: "|", omittingEmptySubsequences: false)
        guard fields.count == 4, fields[0] == "1", let hotel = Int(fields[1]), let expiresAt = Int(fields[3]),
            now < expiresAt
        else { return nil }
        self.init(hotel: hotel, visitor: String(fields[2]), expiresAt: expiresAt)
    }

    init(hotel: Int, visitor: String, expiresAt: Int) {
        self.hotel = hotel
        self.visitor = visitor
        self.expiresAt = expiresAt
    }

    /// The purpose is part of what is signed, so that nothing else that the key signs is a token.
    private static func signature(_ payload: String, _ key: [UInt8]) -> [UInt8] {
        hmacSHA256(key: key, message: "chat-session|\(payload)".utf8)
    }
}
