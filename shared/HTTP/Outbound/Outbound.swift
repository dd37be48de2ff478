internal import CCurl
public import Loop
public import Telemetry

/// Requests to the world over HTTP and HTTPS: libcurl's multi interface, driven by the loop. It keeps connections and
/// uses them again; names are resolved in libcurl's own threads, so that nothing blocks the loop. Redirects are
/// answers, not followed.
///
/// What the environment says of proxies (`https_proxy`, `no_proxy`) holds. It lives until `close()`.
public actor Outbound {
    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let tracer: Tracer
    private let maximumInFlight: Int
    private let certificateAuthorities: String?
    private let multi: UnsafeMutableRawPointer
    private var isOpen = true
    private var transfers: [Int: Transfer] = [:]
    private let outcomes: PendingValues<Transfer.Outcome>
    private var lastID = 0
    private var watched: Set<Int32> = []
    private var timer: ScheduledTimer?
    private var context: Unmanaged<Outbound>?

    /// Once a process, before any other call; thread-safe since libcurl 7.84. A libcurl that looks names up where it is
    /// called would block the loop.
    private static let isInitialised =
        curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK && ccurl_resolves_by_itself() != 0

    /// - Parameters:
    ///   - maximumConnections: open at once; further requests wait for one of them, within their deadlines.
    ///   - maximumInFlight: requests under way or waiting; one more fails at once.
    ///   - certificateAuthorities: a PEM file to trust instead of the system's.
    public init(
        loop: EventLoop, observability: Observability, maximumConnections: Int = 128, maximumInFlight: Int = 1_024,
        certificateAuthorities: String? = nil
    ) {
        self.loop = loop
        tracer = observability.tracer
        outcomes = PendingValues(loop: loop)
        self.maximumInFlight = maximumInFlight
        self.certificateAuthorities = certificateAuthorities
        guard Self.isInitialised, let multi = curl_multi_init() else {
            preconditionFailure("libcurl has no memory, or was built without its own resolver")
        }
        self.multi = multi
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, maximumConnections)
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, maximumConnections)
        _ = ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, 0)
    }

    /// Requests under way.
    public var inFlight: Int { transfers.count }

    /// Sends a request and gives its answer, whatever its status. When the task is cancelled the connection is closed.
    public func send(
        _ request: OutboundRequest, deadline: Duration
    ) async throws(OutboundError) -> OutboundResponse {
        let target = try OutboundTarget(request)
        let outcome = await tracer.withSpan(
            "HTTP \(request.method)", kind: .client,
            attributes: ["http.request.method": .string(request.method), "server.address": .string(target.host)]
        ) { span in
            let outcome = await perform(request, deadline: deadline, context: span.context)
            switch outcome {
            case .success(let response): span.set("http.response.status_code", response.status)
            case .failure(let error): span.fail(error)
            }
            return outcome
        }
        return try outcome.get()
    }

    /// Fails what is under way and closes all connections.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        for id in transfers.keys { fail(id, .closed, "the client was closed") }
        curl_multi_cleanup(multi)
        for descriptor in watched { loop.unwatch(descriptor) }
        watched = []
        timer?.cancel()
        timer = nil
        context?.release()
        context = nil
    }

    private func perform(
        _ request: OutboundRequest, deadline: Duration, context: SpanContext
    ) async -> Transfer.Outcome {
        guard isOpen else { return .failure(OutboundError(.closed, "the client was closed")) }
        guard !Task.isCancelled else { return .failure(OutboundError(.cancelled, "the task was cancelled")) }
        guard deadline > .zero else { return .failure(OutboundError(.timeout, "no time was left")) }
        guard transfers.count < maximumInFlight else {
            return .failure(OutboundError(.overloaded, "\(maximumInFlight) requests are under way"))
        }
        let tracing = [("traceparent", context.traceparent), ("uber-trace-id", context.uberTraceID)]
        guard
            let transfer = Transfer(
                id: lastID + 1, request, tracing: tracing, certificateAuthorities: certificateAuthorities)
        else { return .failure(OutboundError(.invalid, "no memory")) }
        lastID += 1
        let id = lastID
        start(transfer, deadline: deadline)
        return await withTaskCancellationHandler {
            await outcomes.value(of: id)
        } onCancel: {
            loop.execute { self.assumeIsolated { $0.fail(id, .cancelled, "the task was cancelled") } }
        }
    }

    private func start(_ transfer: Transfer, deadline: Duration) {
        connectCallbacks()
        let id = transfer.id
        transfers[id] = transfer
        transfer.timer = loop.schedule(after: deadline) {
            self.assumeIsolated { $0.fail(id, .timeout, "no answer in time") }
        }
        let result = curl_multi_add_handle(multi, transfer.easy)
        guard result == CURLM_OK else {
            let problem = String(cString: curl_multi_strerror(result))
            finish(transfer, .failure(OutboundError(.invalid, problem)))
            return
        }
    }

    private func fail(_ id: Int, _ phase: OutboundError.Phase, _ problem: String) {
        guard let transfer = transfers[id] else { return }
        finish(transfer, .failure(transfer.failure(phase, problem)))
    }

    private func finish(_ transfer: Transfer, _ outcome: Transfer.Outcome) {
        guard transfers.removeValue(forKey: transfer.id) != nil else { return }
        transfer.timer?.cancel()
        transfer.timer = nil
        curl_multi_remove_handle(multi, transfer.easy)
        outcomes.resume(transfer.id, with: outcome)
    }

    // MARK: libcurl's sockets and timer

    /// The callbacks hold this actor until `close()`.
    private func connectCallbacks() {
        guard context == nil else { return }
        let context = Unmanaged.passRetained(self)
        self.context = context
        _ = ccurl_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, context.toOpaque())
        _ = ccurl_multi_set_pointer(multi, CURLMOPT_TIMERDATA, context.toOpaque())
        _ = ccurl_multi_set_socket_function(multi) { _, descriptor, what, context, _ in
            guard let context else { return 0 }
            let outbound = Unmanaged<Outbound>.fromOpaque(context).takeUnretainedValue()
            outbound.assumeIsolated { $0.watch(descriptor, what) }
            return 0
        }
        _ = ccurl_multi_set_timer_function(multi) { _, milliseconds, context in
            guard let context else { return 0 }
            let outbound = Unmanaged<Outbound>.fromOpaque(context).takeUnretainedValue()
            outbound.assumeIsolated { $0.setTimer(milliseconds) }
            return 0
        }
    }

    private func watch(_ descriptor: Int32, _ what: Int32) {
        guard what != CURL_POLL_REMOVE else {
            if watched.remove(descriptor) != nil { loop.unwatch(descriptor) }
            return
        }
        var interest: Readiness = []
        if what & CURL_POLL_IN != 0 { interest.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { interest.insert(.writable) }
        if watched.insert(descriptor).inserted {
            loop.watch(descriptor, for: interest) { readiness in
                self.assumeIsolated { $0.ready(descriptor, readiness) }
            }
        } else {
            loop.update(descriptor, for: interest)
        }
    }

    private func ready(_ descriptor: Int32, _ readiness: Readiness) {
        var mask: Int32 = 0
        if readiness.contains(.readable) { mask |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { mask |= CURL_CSELECT_OUT }
        if readiness.contains(.failed) { mask |= CURL_CSELECT_ERR }
        act(descriptor, mask)
    }

    /// libcurl may not be called from its own callback: even "now" is a timer.
    private func setTimer(_ milliseconds: Int) {
        timer?.cancel()
        timer = nil
        guard milliseconds >= 0 else { return }
        timer = loop.schedule(after: .milliseconds(milliseconds)) {
            self.assumeIsolated {
                $0.timer = nil
                $0.act(CURL_SOCKET_TIMEOUT, 0)
            }
        }
    }

    private func act(_ descriptor: Int32, _ mask: Int32) {
        guard isOpen else { return }
        var running: Int32 = 0
        curl_multi_socket_action(multi, descriptor, mask, &running)
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE else { continue }
            let code = ccurl_result(message)
            var context: UnsafeMutableRawPointer?
            _ = ccurl_get_pointer(message.pointee.easy_handle, CURLINFO_PRIVATE, &context)
            guard let transfer = Transfer.of(context) else { continue }
            finish(transfer, transfer.outcome(code))
        }
    }
}
