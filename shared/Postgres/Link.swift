import CPostgres
import Glibc
import Loop

/// One libpq connection and its descriptor: connecting, waiting, closing; what is said over it is its owner's.
/// Belongs to the thread of its loop, as its owner does.
final class Link {
    let raw: OpaquePointer
    private let loop: EventLoop
    /// Watched; -1 when nothing is.
    private var descriptor: Int32 = -1
    private var timer: ScheduledTimer?
    private var connecting: CheckedContinuation<PostgresError?, Never>?
    private var isClosed = false
    /// Something can be read, or written after `flush` could not write all.
    private var onReady: ((Readiness) -> Void)?

    /// Opens a connection without blocking: names are resolved on the resolver's thread, because libpq would do it on ours.
    static func open(
        _ url: PostgresURL, applicationName: String, resolver: Resolver, loop: EventLoop, deadline: Duration,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(PostgresError) -> Link {
        let start = ContinuousClock.now
        let addresses = try await resolve(url, resolver, loop: loop, deadline: deadline)
        let parameters = connectionParameters(url, addresses: addresses, applicationName: applicationName)
        let link = try Link(parameters, loop: loop)
        let left = deadline - (ContinuousClock.now - start)
        let failure: PostgresError? = await withCheckedContinuation { continuation in
            // Captured, so that the closure is the caller's actor's: else it would leave the loop.
            _ = isolation
            link.connect(deadline: left, continuation)
        }
        if let failure {
            link.close()
            throw failure
        }
        return link
    }

    private init(_ parameters: [(String, String)], loop: EventLoop) throws(PostgresError) {
        self.loop = loop
        var keywords: [UnsafePointer<CChar>?] = parameters.map { UnsafePointer(strdup($0.0)) }
        var values: [UnsafePointer<CChar>?] = parameters.map { UnsafePointer(strdup($0.1)) }
        defer { for pointer in keywords + values { free(UnsafeMutablePointer(mutating: pointer)) } }
        keywords.append(nil)
        values.append(nil)
        guard let raw = PQconnectStartParams(keywords, values, 0) else {
            throw PostgresError(.notConnected, "out of memory")
        }
        self.raw = raw
        // Notices go nowhere: by default libpq prints them.
        PQsetNoticeReceiver(raw, { _, _ in }, nil)
    }

    // MARK: Connecting

    private func connect(deadline: Duration, _ continuation: CheckedContinuation<PostgresError?, Never>) {
        connecting = continuation
        timer = loop.schedule(after: deadline) { [self] in
            finishConnecting(PostgresError(.notConnected, "no connection in time"))
        }
        // PQconnectStart's manual: begin as if the last call had said "writing".
        advance(PQstatus(raw) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING)
    }

    private func advance(_ state: PostgresPollingStatusType) {
        switch state {
        case PGRES_POLLING_OK:
            finishConnecting(PQsetnonblocking(raw, 1) == 0 ? nil : errorOfConnection(.notConnected))
        case PGRES_POLLING_READING: waitForPoll(.readable)
        case PGRES_POLLING_WRITING: waitForPoll(.writable)
        default: finishConnecting(errorOfConnection(.notConnected))
        }
    }

    /// The socket may be another one after each step (the next address, or without TLS), perhaps of the same number: it is never watched across one.
    private func waitForPoll(_ interest: Readiness) {
        descriptor = PQsocket(raw)
        guard descriptor >= 0 else { return finishConnecting(errorOfConnection(.notConnected)) }
        loop.watch(descriptor, for: interest) { [self] _ in
            unwatch()
            advance(PQconnectPoll(raw))
        }
    }

    private func finishConnecting(_ error: PostgresError?) {
        guard let continuation = connecting else { return }
        connecting = nil
        timer?.cancel()
        timer = nil
        unwatch()
        continuation.resume(returning: error)
    }

    // MARK: Connected

    func serve(_ onReady: @escaping (Readiness) -> Void) {
        descriptor = PQsocket(raw)
        self.onReady = onReady
        guard descriptor >= 0 else { return }
        loop.watch(descriptor, for: .readable) { [self] readiness in self.onReady?(readiness) }
    }

    /// Sends what libpq holds; what does not fit goes when the socket is writable. False when the connection is broken.
    func flush() -> Bool {
        let result = PQflush(raw)
        guard result >= 0, descriptor >= 0 else { return false }
        loop.update(descriptor, for: result == 0 ? .readable : [.readable, .writable])
        return true
    }

    func errorOfConnection(_ kind: PostgresError.Kind) -> PostgresError {
        let text = PQerrorMessage(raw).map { String(cString: $0) } ?? ""
        let line = text.split(separator: "\n").first.map(String.init)
        return PostgresError(kind, line ?? "the connection ended")
    }

    /// Says goodbye and frees all. May be called twice.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        finishConnecting(PostgresError(.notConnected, "closed"))
        unwatch()
        onReady = nil
        PQfinish(raw)
    }

    private func unwatch() {
        guard descriptor >= 0 else { return }
        loop.unwatch(descriptor)
        descriptor = -1
    }
}

extension Link {
    /// Nil for a Unix socket.
    private static func resolve(
        _ url: PostgresURL, _ resolver: Resolver, loop: EventLoop, deadline: Duration,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(PostgresError) -> [SocketAddress]? {
        if url.host.hasPrefix("/") { return nil }
        do throws(ResolveError) {
            return try await resolver.addresses(host: url.host, port: url.port, within: deadline, on: loop)
        } catch {
            throw PostgresError(.notConnected, error.description)
        }
    }

    private static func connectionParameters(
        _ url: PostgresURL, addresses: [SocketAddress]?, applicationName: String
    ) -> [(String, String)] {
        let count = max(1, addresses?.count ?? 1)
        var parameters = [
            ("host", [String](repeating: url.host, count: count).joined(separator: ",")),
            ("port", String(url.port)),
            ("application_name", applicationName),
            ("client_encoding", "UTF8"),
            // Asking for Kerberos credentials may block.
            ("gssencmode", "disable"),
            // A cut network sends no reset: 5 s of silence, then 3 probes, 2 s apart; and 6 s for what was sent.
            ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "6000"),
            // The locks of a client that is gone and of which the server does not know.
            ("options", "-c idle_in_transaction_session_timeout=60000"),
        ]
        if let addresses { parameters.append(("hostaddr", addresses.map(\.host).joined(separator: ","))) }
        if let user = url.user { parameters.append(("user", user)) }
        if let password = url.password { parameters.append(("password", password)) }
        if let database = url.database { parameters.append(("dbname", database)) }
        if let mode = url.sslMode { parameters.append(("sslmode", mode)) }
        if let file = url.sslRootCertificate { parameters.append(("sslrootcert", file)) }
        return parameters
    }
}
