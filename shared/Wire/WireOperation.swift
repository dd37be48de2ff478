import JSON

/// What a service does for an operation. It runs on the server's loop and stays there (`nonisolated(nonsending)`).
public typealias WireHandler<Op: Operation> =
    nonisolated(nonsending) @Sendable (Op.Request, WireCall) async throws -> Op.Response

/// An operation that a server answers, its types forgotten.
struct WireOperation: Sendable {
    /// The value of the metrics' label for operations that do not exist: a peer can't invent labels.
    static let unknownName = "unknown"

    let name: String
    let callers: Set<String>
    /// Decodes the body, runs the handler and sends the answer.
    let run: @Sendable (isolated ServerConnection, WireRequest, WireCall) async -> Void

    init<Op: Operation>(_: Op.Type, _ handler: @escaping WireHandler<Op>) {
        name = Op.name
        callers = Op.callers
        run = { connection, request, call in await connection.perform(Op.self, handler, request, call) }
    }
}
