import Contracts
import Loop
import Redis

/// What Redis tells about web conversations, handed to the streams that are open here. Redis only nudges: without it streams look by themselves.
actor ChatNudges {
    enum Nudge: Sendable, Equatable {
        /// A reply may be there.
        case message
        case typing
        /// A message of the visitor's was stored, perhaps from another tab: the page's id of it.
        case taken(String)
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    nonisolated let redis: RedisClient

    init(redis: RedisClient, loop: EventLoop) {
        self.redis = redis
        self.loop = loop
    }

    static func channel(_ key: ConversationKey) -> String { "web:\(key.hotel):\(key.conversation)" }

    /// Nudges of a conversation while it is read, with a look now and then that needs no Redis. At most a few wait, because the next look sees
    /// everything.
    func nudges(of key: ConversationKey) async -> AsyncStream<Nudge> {
        let (stream, continuation) = AsyncStream.makeStream(of: Nudge.self, bufferingPolicy: .bufferingNewest(16))
        let subscription = await redis.subscribe(Self.channel(key)) { _, payload in
            if let nudge = Nudge(payload) { continuation.yield(nudge) }
        }
        let looks = Task.immediate {
            while !Task.isCancelled {
                let pause = await redis.isConnected ? Self.pauseWithRedis : Self.pauseAlone
                // Ends by cancellation only, which the loop's condition sees.
                try? await loop.sleep(for: pause)
                continuation.yield(.message)
            }
        }
        continuation.onTermination = { _ in
            looks.cancel()
            Task { await subscription.cancel() }
        }
        return stream
    }

    private static let pauseWithRedis = Duration.seconds(5)
    private static let pauseAlone = Duration.seconds(1)

    /// Tells every stream of the conversation; lost when Redis is away.
    nonisolated func tell(_ key: ConversationKey, taken clientID: String) async {
        // Only another tab would miss it.
        _ = try? await redis.publish(Self.channel(key), Array("taken \(clientID)".utf8))
    }
}

extension ChatNudges.Nudge {
    init?(_ payload: [UInt8]) {
        let text = String(decoding: payload, as: UTF8.self)
        switch text {
        case "message": self = .message
        case "typing": self = .typing
        default:
            guard text.hasPrefix("taken ") else { return nil }
            self = .taken(String(text.dropFirst(6)))
        }
    }
}
