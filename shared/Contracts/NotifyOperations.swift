public import Wire

/// orchestrator, gateway → notifier: rows of these conversations wait in `outbound_messages`. May be lost: the notifier looks by itself.
public enum NotifyWake: Operation {
    public struct Request: Codable, Sendable {
        public var conversations: [ConversationKey]

        public init(conversations: [ConversationKey]) {
            self.conversations = conversations
        }
    }

    public typealias Response = Nothing
    public static let name = "notify.wake"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.orchestrator, ServiceName.gateway]
}

/// orchestrator → notifier: a turn has begun, show it to the guest (read mark and typing; on WhatsApp they are one call). Never worth
/// failing a turn for.
public enum NotifyTyping: Operation {
    public struct Request: Codable, Sendable {
        public var key: ConversationKey
        public var channel: String
        /// The provider's id of the guest's last message, which is marked as read.
        public var messageID: String

        public init(key: ConversationKey, channel: String, messageID: String) {
            self.key = key
            self.channel = channel
            self.messageID = messageID
        }
    }

    public typealias Response = Nothing
    public static let name = "notify.typing"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.orchestrator]
}

/// orchestrator → notifier: bring what a guest sent (a voice note) from the provider into table `media`.
public enum NotifyFetchMedia: Operation {
    public struct Request: Codable, Sendable {
        public var hotel: Int
        /// The provider's id of the media.
        public var providerMediaID: String

        public init(hotel: Int, providerMediaID: String) {
            self.hotel = hotel
            self.providerMediaID = providerMediaID
        }
    }

    public struct Response: Codable, Sendable {
        /// Row of table `media`.
        public var media: Int

        public init(media: Int) {
            self.media = media
        }
    }

    public static let name = "notify.fetch_media"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.orchestrator]
}
