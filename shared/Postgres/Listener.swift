import Loop

/// What a subscription hears.
public enum PostgresNotification: Sendable, Equatable {
    /// LISTEN has taken effect, for the first time or after the connection was lost: what was notified before was not heard, so look.
    case listening
    case message(payload: String)
}

/// A subscription that lasts until it is cancelled or the pool is stopped.
public struct PostgresSubscription: Sendable {
    let pool: PostgresPool
    let channel: String
    let number: Int

    public func cancel() async {
        await pool.cancel(self)
    }
}

extension PostgresPool {
    /// Hears a channel of NOTIFY on a connection of its own, which is opened again when it is lost. `handler` runs on the loop's thread and must
    /// not block; it may enter an actor of the same loop by `assumeIsolated`.
    public func listen(
        _ channel: String, _ handler: @escaping @Sendable (PostgresNotification) -> Void
    ) -> PostgresSubscription {
        let listener = self.listener ?? Listener()
        self.listener = listener
        let number = listener.add(channel, handler)
        if listener.task == nil, !isStopping {
            listener.task = Task.immediate { [self] in await keepListening(listener) }
        }
        return PostgresSubscription(pool: self, channel: channel, number: number)
    }

    func cancel(_ subscription: PostgresSubscription) {
        listener?.remove(subscription.channel, subscription.number)
    }

    private func keepListening(_ listener: Listener) async {
        var backoff = Backoff(initial: .milliseconds(50), maximum: .milliseconds(500))
        while !isStopping {
            do throws(PostgresError) {
                let connection = try await PlainConnection.open(
                    url, applicationName: "\(applicationName) listen", resolver: resolver, loop: loop,
                    deadline: .seconds(3))
                backoff.reset()
                try await listener.serve(connection)
            } catch {
                // The connection's end, or none to be had: the next attempt follows. It throws when the pool is stopped.
                try? await loop.sleep(for: backoff.next())
            }
        }
    }
}

/// Who listens to what, and the connection that does it. Belongs to its pool.
final class Listener {
    var task: Task<Void, Never>?
    private var handlers: [String: [(number: Int, handler: @Sendable (PostgresNotification) -> Void)]] = [:]
    private var count = 0
    /// What the present connection listens to.
    private var channels: Set<String> = []
    private var connection: PlainConnection?
    private var waiting: CheckedContinuation<Void, Never>?
    private var isStopped = false

    func add(_ channel: String, _ handler: @escaping @Sendable (PostgresNotification) -> Void) -> Int {
        count += 1
        handlers[channel, default: []].append((count, handler))
        if channels.contains(channel) { handler(.listening) } else { wake() }
        return count
    }

    func remove(_ channel: String, _ number: Int) {
        handlers[channel]?.removeAll { $0.number == number }
        if handlers[channel]?.isEmpty ?? false { handlers[channel] = nil }
        wake()
    }

    func stop() {
        isStopped = true
        task?.cancel()
        connection?.close()
        wake()
    }

    /// Keeps a connection listening to what is wanted, until it ends.
    func serve(_ connection: PlainConnection, isolation: isolated (any Actor)? = #isolation) async throws(PostgresError)
    {
        guard !isStopped else { return connection.close() }
        self.connection = connection
        channels = []
        defer {
            self.connection = nil
            channels = []
            connection.close()
        }
        connection.onNotification = { [self] channel, payload in
            for entry in handlers[channel] ?? [] { entry.handler(.message(payload: payload)) }
        }
        connection.onEnd = { [self] in wake() }
        while connection.isOpen, !isStopped {
            if let added = handlers.keys.first(where: { !channels.contains($0) }) {
                try await connection.script("LISTEN \(quoted(added))", deadline: .seconds(3))
                channels.insert(added)
                for entry in handlers[added] ?? [] { entry.handler(.listening) }
            } else if let removed = channels.first(where: { handlers[$0] == nil }) {
                try await connection.script("UNLISTEN \(quoted(removed))", deadline: .seconds(3))
                channels.remove(removed)
            } else {
                await withCheckedContinuation { continuation in
                    _ = isolation
                    waiting = continuation
                }
            }
        }
        if !isStopped { throw PostgresError(.connectionLost, "the connection ended") }
    }

    private func wake() {
        waiting?.resume()
        waiting = nil
    }
}

/// As an SQL identifier.
func quoted(_ identifier: String) -> String {
    "\"" + identifier.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}
