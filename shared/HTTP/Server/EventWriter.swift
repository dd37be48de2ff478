internal import Synchronization

/// Sends the events of one stream.
public struct EventWriter: Sendable {
    let connection: HTTPConnection
    let isOver = StreamEnd()

    /// Whether the client has gone, or the server ends: nothing that is sent arrives any more.
    public var isClosed: Bool { isOver.hasCome }

    /// Sends an event. It waits for nothing: a client that doesn't keep up is cut off when more than
    /// `HTTPLimits.waitingEvents` bytes wait, and comes again with `Last-Event-ID`.
    ///
    /// - Throws: `CancellationError` when the client has gone or the server ends.
    public func send(_ event: ServerSentEvent) async throws {
        guard !isClosed, await connection.send(event.encoded) else { throw CancellationError() }
    }

    public func send(id: String? = nil, event: String? = nil, data: String) async throws {
        try await send(ServerSentEvent(id: id, event: event, data: data))
    }
}

/// Says once, to all threads, that a stream is over.
final class StreamEnd: Sendable {
    private let flag = Atomic<Bool>(false)

    var hasCome: Bool { flag.load(ordering: .relaxed) }

    func come() { flag.store(true, ordering: .relaxed) }
}
