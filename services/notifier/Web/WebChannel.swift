import Contracts
import Redis

/// The hotel's web page. Its event stream reads the rows themselves; what goes out here only tells it to look, and may be lost.
struct WebChannel: Sendable {
    let redis: RedisClient

    func publishMessage(_ key: ConversationKey) async { await publish(key, "message") }

    func publishTyping(_ key: ConversationKey) async { await publish(key, "typing") }

    private func publish(_ key: ConversationKey, _ payload: String) async {
        // The page looks once a second without it.
        _ = try? await redis.publish("web:\(key.hotel):\(key.conversation)", Array(payload.utf8))
    }
}
