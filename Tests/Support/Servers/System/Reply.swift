/// What somebody got from the hotel, by whichever way they talk with it.
public struct Reply: Sendable {
    /// What is read; empty for a voice note.
    public var text: String
    /// What can be tapped: rooms first, then buttons.
    public var choices: [GraphContent.Choice] = []
    /// The bytes of a voice note are here: Meta's media id, or a path of the gateway's.
    public var voice: String?
    /// Meta's side of it.
    public var sent: GraphStandIn.Sent?

    /// What can be tapped under these words; nil when nothing can.
    public func choice(_ title: String) -> GraphContent.Choice? {
        choices.first { $0.title.hasPrefix(title) }
    }
}

/// Somebody who talks with the hotel.
public protocol Talker: Actor {
    /// Sends a message; returns when the hotel has taken it.
    func write(_ text: String) async throws
    /// Taps something of a reply.
    func tap(_ choice: GraphContent.Choice) async throws
    /// The next reply that was not read yet; waits for it.
    func next(within limit: Duration) async throws -> Reply
    /// Replies that are there and were not read yet.
    func unread() async throws -> Int
}

extension Talker {
    /// Longer than a claim of a process that died and a wait for a lost answer.
    public static var patience: Duration { .seconds(60) }

    public func next() async throws -> Reply { try await next(within: Self.patience) }

    /// Writes, and reads the reply.
    public func say(_ text: String) async throws -> Reply {
        try await write(text)
        return try await next()
    }

    /// Taps what is under these words, and reads the reply.
    public func tap(_ title: String, of reply: Reply) async throws -> Reply {
        guard let choice = reply.choice(title) else {
            throw ProcessFailure("nothing can be tapped under \"\(title)\": \(reply.choices.map(\.title))")
        }
        try await tap(choice)
        return try await next()
    }
}
