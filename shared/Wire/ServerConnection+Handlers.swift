import Telemetry

/// How a connection runs the handlers of its requests and gives each its one answer.
extension ServerConnection {
    func start(_ request: WireRequest, _ operation: WireOperation, _ call: WireCall) {
        watchDeadlines()
        let task = Task.immediate { [self] in
            await operation.run(self, request, call)
            ended(request.id)
        }
        // Most handlers have returned by now: they cost no entry.
        guard lastEnded != request.id else { return }
        running[request.id] = RunningHandler(task: task, operation: operation.name, began: call.began)
    }

    private func ended(_ id: Int) {
        lastEnded = id
        state.ended()
        running[id] = nil
        if state.isDraining { closeIfDrained() }
    }

    /// Decodes a request, runs its handler and answers, unless the answer was given in the meantime.
    func perform<Op: Operation>(
        _: Op.Type, _ handler: WireHandler<Op>, _ request: WireRequest, _ call: WireCall
    ) async {
        await observability.tracer.withSpan(Op.name, kind: .server, parent: request.trace) { span in
            span.set("peer.service", call.caller)
            do {
                let response = try await handler(try decodeBody(Op.Request.self, of: request), call)
                answer(Op.self, request.id, response, call)
            } catch {
                let error = wireError(error, Op.name)
                span.note(error)
                answer(Op.self, request.id, error, call)
            }
        }
    }

    private func decodeBody<Body: Decodable>(_: Body.Type, of request: WireRequest) throws(WireError) -> Body {
        do {
            return try request.body.decode(Body.self)
        } catch {
            throw WireError(.invalidArgument, problem(of: error, in: "body"))
        }
    }

    private func answer<Op: Operation>(_: Op.Type, _ id: Int, _ response: Op.Response, _ call: WireCall) {
        guard state.answer(id) else { return }
        do {
            try channel.outbox.answer(id, response, limit: limits.frameBytes)
            meters.meter(Op.self).record(nil, since: call.began)
        } catch {
            observability.logger.error(
                "a wire answer can't be sent",
                ["op": .string(Op.name), "reason": error is FrameError ? "too long" : "not encodable"])
            channel.outbox.failure(id, WireError(.internal, "the answer can't be sent"))
            meters.meter(Op.self).record(.internal, since: call.began)
        }
        scheduleFlush()
    }

    private func answer<Op: Operation>(_: Op.Type, _ id: Int, _ error: WireError, _ call: WireCall) {
        guard state.answer(id) else { return }
        channel.outbox.failure(id, error)
        meters.meter(Op.self).record(error.code, since: call.began)
        scheduleFlush()
    }

    /// What the caller is told of what a handler threw. A fault is logged by its type alone: its text may hold a guest's data.
    private func wireError(_ error: any Error, _ operation: String) -> WireError {
        switch error {
        case let error as WireError: return error
        case is CancellationError: return WireError(.cancelled, "cancelled")
        default:
            observability.logger.error(
                "a wire handler failed",
                ["op": .string(operation), "error": .string(String(reflecting: type(of: error)))])
            return WireError(.internal, "a fault in this service; its log says more")
        }
    }

    /// Answers before the handler has returned, whose task is cancelled; what it returns later is dropped. The state has noted the answer.
    func finish(_ id: Int, early error: WireError) {
        channel.outbox.failure(id, error)
        guard let handler = running[id] else { return }
        meters.meter(named: handler.operation).record(error.code, since: handler.began)
        handler.task.cancel()
        // The task is kept from being recorded again when the connection closes.
        running[id] = nil
    }
}
