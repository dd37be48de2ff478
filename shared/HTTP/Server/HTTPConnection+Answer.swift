internal import Telemetry

extension HTTPConnection {
    /// Starts to handle the request whose body this is; a handler that does not wait has answered when this returns.
    func begin(_ body: [UInt8]) {
        guard var exchange else { return }
        exchange.began = .now
        let task = Task.immediate { await self.handle(exchange, body) }
        if state.phase == .handling || state.phase == .streaming { self.task = task }
    }

    private func handle(_ exchange: Exchange, _ body: [UInt8]) async {
        var exchange = exchange
        let response = await response(to: &exchange, body)
        // The connection may have ended meanwhile; what was done counts all the same.
        guard state.phase == .handling else { return count(exchange, status: response.status) }
        switch response.body {
        case .bytes(let bytes):
            task = nil
            answer(exchange, response, bytes)
            wasAnswered()
        case .events(let stream):
            await send(stream, response, of: exchange)
        }
    }

    private func response(to exchange: inout Exchange, _ body: [UInt8]) async -> HTTPResponse {
        switch exchange.resolution {
        case .route(let route, let parameters):
            let head = exchange.head
            let request = HTTPRequest(
                method: head.method, path: head.path, query: head.query, headers: head.headers, body: body,
                remoteAddress: remoteAddress, parameters: parameters)
            let (response, span) = await response(to: request, route: route, parent: exchange.parent)
            exchange.span = span
            return response
        case .options(_, let allowed):
            return HTTPResponse(204, headers: ["Allow": allowed])
        case .methodNotAllowed(_, let allowed):
            return .problem(405, "method_not_allowed", "this path answers \(allowed)", headers: ["Allow": allowed])
        case .notImplemented:
            return .problem(501, "not_implemented", "this method is not implemented")
        case .notFound:
            return .problem(404, "not_found", "there is nothing at this path")
        }
    }

    private func response(
        to request: HTTPRequest, route: HTTPRouter.Route, parent: SpanContext?
    ) async -> (HTTPResponse, SpanContext) {
        await context.observability.tracer.withSpan(
            route.name, kind: .server, parent: parent,
            attributes: ["http.request.method": .string(request.method), "http.route": .string(route.pattern)]
        ) { span in
            let response: HTTPResponse
            do {
                response = try await route.handler(request)
            } catch let error as HTTPError {
                response = HTTPResponse(error)
            } catch {
                // Neither the answer nor the log says what was asked.
                context.observability.logger.error(
                    "a request failed", ["route": .string(route.name), "error": .error(error)])
                span.fail(error)
                response = .problem(500, "internal", "something went wrong here; it has been noted")
            }
            span.set("http.response.status_code", response.status)
            return (response, span.context)
        }
    }

    private func answer(_ exchange: Exchange, _ response: HTTPResponse, _ bytes: [UInt8]) {
        let isWithoutBody = HTTPStatus.isWithoutBody(response.status)
        append(
            ResponseEncoder.head(
                of: response, length: isWithoutBody ? nil : bytes.count,
                persistence: !state.willKeepAlive ? .close : exchange.head.isHTTP10 ? .announcedKeepAlive : .keepAlive,
                stamp: context.stampedFields(), defaults: context.router.defaultHeaders))
        if !isWithoutBody, !exchange.isHead { append(bytes) }
        count(exchange, status: response.status)
        self.exchange = nil
        state.answered(at: .now)
    }

    private func count(_ exchange: Exchange, status: Int) {
        context.count(
            method: exchange.head.method, path: exchange.path, status: status,
            duration: ContinuousClock.now - exchange.began, exemplar: exchange.span)
    }

    /// Answers a request that can't be taken, or did not come in time, and closes.
    func refuse(_ refusal: RequestRefusal) {
        state.refused(at: .now)
        append(Self.refusal(refusal, context))
        context.count(
            method: exchange?.head.method ?? "other", path: exchange?.path ?? "unmatched", status: refusal.status,
            duration: .zero, exemplar: nil)
        exchange = nil
    }

    private static func refusal(_ refusal: RequestRefusal, _ context: ServerContext) -> [UInt8] {
        let response = HTTPResponse.problem(refusal.status, HTTPStatus.code(refusal.status), refusal.problem)
        guard case .bytes(let body) = response.body else { return [] }
        return ResponseEncoder.head(
            of: response, length: body.count, persistence: .close, stamp: context.stampedFields(),
            defaults: context.router.defaultHeaders) + body
    }

    // MARK: Events

    private func send(
        _ stream: @escaping EventSource, _ response: HTTPResponse, of exchange: Exchange
    ) async {
        state.streamBegan(at: .now)
        append(
            ResponseEncoder.head(
                of: response, length: nil, persistence: .close, stamp: context.stampedFields(),
                defaults: context.router.defaultHeaders))
        count(exchange, status: response.status)
        self.exchange = nil
        let writer = EventWriter(connection: self)
        streamEnd = writer.isOver
        if !exchange.isHead, !state.isDraining {
            wasAnswered()
            do {
                try await stream(writer)
            } catch is CancellationError {
                // The client has gone, or the server ends.
            } catch {
                context.observability.logger.error(
                    "a stream of events failed", ["route": .string(exchange.path), "error": .error(error)])
            }
        }
        writer.isOver.come()
        streamEnd = nil
        task = nil
        state.streamEnded(at: .now)
        wasAnswered()
    }

    /// Sends a part of the stream; false when the client has gone, or is too far behind and was cut off.
    func send(_ event: [UInt8]) -> Bool {
        guard state.phase == .streaming, !state.isDraining else { return false }
        append(event)
        state.streamed(at: .now)
        wasAnswered()
        if waitingOutput > context.limits.waitingEvents { close() }
        return state.phase == .streaming
    }
}
