import CPostgres
package import Loop

/// One connection outside pipeline mode, with one request at a time: for migrations, which are scripts of several statements, and for LISTEN.
/// Belongs to the thread of its loop: use it from an actor that is pinned to it.
package final class PlainConnection {
    /// Called with channel and payload.
    var onNotification: ((String, String) -> Void)?
    /// The connection has ended.
    var onEnd: (() -> Void)?
    private let link: Link
    private let loop: EventLoop
    private var continuation: CheckedContinuation<Result<OpaqueResults, PostgresError>, Never>?
    private var timer: ScheduledTimer?
    private var results = OpaqueResults()
    private var error: PostgresError?
    private(set) var isOpen = true

    private struct OpaqueResults: Sendable { var storage: [ResultStorage] = [] }

    private init(_ link: Link, loop: EventLoop) {
        self.link = link
        self.loop = loop
        link.serve { [self] in ready($0) }
    }

    package static func open(
        _ url: PostgresURL, applicationName: String, resolver: Resolver, loop: EventLoop, deadline: Duration,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(PostgresError) -> PlainConnection {
        let link = try await Link.open(
            url, applicationName: applicationName, resolver: resolver, loop: loop, deadline: deadline)
        return PlainConnection(link, loop: loop)
    }

    /// Runs one or more statements as one transaction, unless they say otherwise.
    package func script(
        _ sql: String, deadline: Duration, isolation: isolated (any Actor)? = #isolation
    ) async throws(PostgresError) {
        _ = try await request(deadline: deadline) { PQsendQuery($0, sql) == 1 }
    }

    /// Runs one statement with parameters and gives its rows.
    package func query(
        _ sql: String, _ parameters: [PostgresValue] = [], deadline: Duration,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(PostgresError) -> [Row] {
        var encoder = ParameterEncoder()
        try encoder.encode(parameters, statement: "query")
        let types = encoder.types
        let storage = try await request(deadline: deadline) { raw in
            encoder.withPointers { values, lengths, formats in
                PQsendQueryParams(raw, sql, Int32(types.count), types, values, lengths, formats, 1) == 1
            }
        }
        guard let last = storage.last else { return [] }
        return ResultSet(storage: last, columns: Columns(last.raw)).rows
    }

    package func close() {
        end(PostgresError(.connectionLost, "closed"))
    }

    private func request(
        deadline: Duration, isolation: isolated (any Actor)? = #isolation, _ send: (OpaquePointer) -> Bool
    ) async throws(PostgresError) -> [ResultStorage] {
        guard isOpen else { throw PostgresError(.connectionLost, "the connection has ended") }
        precondition(continuation == nil, "one request at a time")
        guard send(link.raw), link.flush() else {
            let error = link.errorOfConnection(.connectionLost)
            end(error)
            throw error
        }
        let outcome = await withCheckedContinuation { continuation in
            // Captured, so that the closure is the caller's actor's: else it would leave the loop.
            _ = isolation
            wait(continuation, deadline: deadline)
        }
        return try outcome.get().storage
    }

    private func wait(
        _ continuation: CheckedContinuation<Result<OpaqueResults, PostgresError>, Never>, deadline: Duration
    ) {
        self.continuation = continuation
        timer = loop.schedule(after: deadline) { [self] in
            CancelRequest(connection: link.raw)?.send()
            end(PostgresError(.deadlineExceeded, "no answer in time"))
        }
    }

    private func ready(_ readiness: Readiness) {
        let isOpen = PQconsumeInput(link.raw) == 1
        while continuation != nil, PQisBusy(link.raw) == 0 {
            guard let result = PQgetResult(link.raw) else {
                finish(error.map { .failure($0) } ?? .success(results))
                break
            }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: results.storage.append(ResultStorage(result))
            default:
                if error == nil { error = PostgresError(result: result, statement: nil) }
                PQclear(result)
            }
        }
        while let notification = PQnotifies(link.raw) {
            let channel = String(cString: notification.pointee.relname)
            let payload = String(cString: notification.pointee.extra)
            PQfreemem(notification)
            onNotification?(channel, payload)
        }
        guard isOpen, PQstatus(link.raw) == CONNECTION_OK, link.flush() else {
            return end(link.errorOfConnection(.connectionLost))
        }
    }

    private func finish(_ outcome: Result<OpaqueResults, PostgresError>) {
        timer?.cancel()
        timer = nil
        (results, error) = (OpaqueResults(), nil)
        continuation?.resume(returning: outcome)
        continuation = nil
    }

    private func end(_ reason: PostgresError) {
        guard isOpen else { return }
        isOpen = false
        link.close()
        var reason = reason
        reason.outcomeUnknown = continuation != nil
        // What the server said last, such as that it is shutting down.
        reason.sqlState = error?.sqlState ?? reason.sqlState
        finish(.failure(reason))
        onEnd?()
        (onEnd, onNotification) = (nil, nil)
    }
}
