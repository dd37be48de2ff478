import Crypto

/// Names conversations so that the name tells nobody a phone number, and two gateways agree on it without asking each other.
struct ConversationID: Sendable {
    let secretKey: [UInt8]

    /// 32 hexadecimal digits.
    func id(hotel: Int, channel: String, identity: String) -> String {
        let message = "conversation|\(hotel)|\(channel)|\(identity)"
        return hex(hmacSHA256(key: secretKey, message: message.utf8).prefix(16))
    }
}
