import Loop

/// A subscription that lasts until it is cancelled or the client is stopped.
public struct RedisSubscription: Sendable {
    let client: RedisClient
    let channel: String
    let number: Int

    public func cancel() async {
        await client.cancel(self)
    }
}

extension RedisClient {
    /// Hears a channel on a connection of its own, which subscribes again when it was lost; what was published meanwhile is not heard. `handler` runs
    /// on the loop's thread with channel and payload and must not block; it may enter an actor of the same loop by `assumeIsolated`.
    public func subscribe(
        _ channel: String, _ handler: @escaping @Sendable (String, [UInt8]) -> Void
    ) -> RedisSubscription {
        let number = subscriptions.add(channel, handler)
        if subscriptions.task == nil, !isStopping {
            subscriptions.task = Task.immediate { [self] in
                await keepConnected { [self] link, _ in subscriptions.use(link) }
            }
        }
        return RedisSubscription(client: self, channel: channel, number: number)
    }

    func cancel(_ subscription: RedisSubscription) {
        subscriptions.remove(subscription.channel, subscription.number)
    }
}

/// Who hears what, and the connection that does it. Belongs to its client.
final class Subscriptions {
    /// A channel on which nothing is published: subscribing to it is how the connection is asked for a sign of life, and keeps hiredis in the
    /// state of a subscriber when everybody else has gone.
    static let heartbeat = "agente:heartbeat"
    /// Channels that one SUBSCRIBE names.
    private static let batch = 500

    var task: Task<Void, Never>?
    private(set) var link: RedisLink?
    private var handlers: [String: [(number: Int, handler: @Sendable (String, [UInt8]) -> Void)]] = [:]
    private var count = 0

    func add(_ channel: String, _ handler: @escaping @Sendable (String, [UInt8]) -> Void) -> Int {
        count += 1
        let isNew = handlers[channel] == nil
        handlers[channel, default: []].append((count, handler))
        if isNew { link?.subscribe([channel]) }
        return count
    }

    func remove(_ channel: String, _ number: Int) {
        guard var rest = handlers[channel] else { return }
        rest.removeAll { $0.number == number }
        handlers[channel] = rest.isEmpty ? nil : rest
        if rest.isEmpty { link?.unsubscribe(channel) }
    }

    /// Subscribes a new connection to everything; nil: there is none.
    func use(_ link: RedisLink?) {
        self.link = link
        guard let link else { return }
        link.onMessage = { [self] channel, payload in
            for entry in handlers[channel] ?? [] { entry.handler(channel, payload) }
        }
        var channels = [Self.heartbeat] + handlers.keys
        while !channels.isEmpty {
            link.subscribe(Array(channels.prefix(Self.batch)))
            channels.removeFirst(min(Self.batch, channels.count))
        }
    }
}
