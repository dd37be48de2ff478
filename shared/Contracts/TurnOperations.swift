public import Wire

/// Where a conversation is: `conversation` is opaque (it tells nobody a phone number), so it may stand in logs and traces.
public struct ConversationKey: Codable, Hashable, Sendable {
    public var hotel: Int
    public var conversation: String

    public init(hotel: Int, conversation: String) {
        self.hotel = hotel
        self.conversation = conversation
    }
}

/// What carries nothing.
public struct Nothing: Codable, Sendable {
    public init() {}
}

/// gateway → orchestrator: messages of a conversation wait. A nudge that may be lost: the orchestrator sweeps as well.
public enum TurnProcess: Operation {
    public typealias Request = ConversationKey
    public typealias Response = Nothing
    public static let name = "turn.process"
    public static let idempotent = true
    public static let callers: Set<String> = [ServiceName.gateway]
}
