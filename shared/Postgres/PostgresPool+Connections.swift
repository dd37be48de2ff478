import Loop

/// Keeping connections open.
extension PostgresPool {
    /// Begins to connect, and connects again whenever a connection ends, until `stop()`.
    public func start() {
        guard connector == nil, !isStopping else { return }
        connector = Task.immediate { [self] in await keepConnected() }
    }

    /// What one attempt may take.
    private static let connectDeadline = Duration.seconds(3)

    /// One at a time: a server that comes back is not stormed, and the loop is not held up by many handshakes together.
    private func keepConnected() async {
        // Short: whoever asks for readiness learns of the server's return within a second.
        var backoff = Backoff(initial: .milliseconds(50), maximum: .milliseconds(500))
        while !isStopping {
            if connections.count >= size {
                isOpening = false
                dispatchWaiting()
                await withCheckedContinuation { connectorWaiting = $0 }
                continue
            }
            isOpening = true
            do throws(PostgresError) {
                let link = try await Link.open(
                    url, applicationName: applicationName, resolver: resolver, loop: loop,
                    deadline: Self.connectDeadline)
                try add(link)
                backoff.reset()
            } catch {
                isOpening = false
                if connections.isEmpty {
                    // Once, not with each attempt.
                    if case .down = availability {} else { logger.warning("database away", ["error": .error(error)]) }
                    availability = .down(error)
                    failWaiting(error)
                }
                dispatchWaiting()
                // It throws when the pool is stopped; the loop's condition sees that.
                try? await loop.sleep(for: backoff.next())
            }
        }
    }

    private func add(_ link: Link) throws(PostgresError) {
        guard !isStopping else { return link.close() }
        let events = PipelineConnection.Events(
            progressed: { [self] in progressed() },
            again: { [self] in sendAgain($0) },
            retired: { [self] in retired($0) },
            closed: { [self] in closed($0, $1) },
            heard: { [self] in heard() })
        let connection: PipelineConnection
        do throws(PostgresError) {
            connection = try PipelineConnection(link, loop: loop, events: events)
        } catch {
            link.close()
            throw error
        }
        connections.append(connection)
        observer.connectionCount(is: connections.count)
        if case .up = availability {} else { logger.info("database connected") }
        availability = .up
        heard()
        dispatchWaiting()
    }

    private func heard() {
        lastHeard = .now
        isSilent = false
    }

    private func progressed() {
        dispatchWaiting()
        if isStopping, connections.allSatisfy({ $0.inFlight.isEmpty }) { finishStopping() }
    }

    private func retired(_ connection: PipelineConnection) {
        logger.warning(
            "database connection replaced, because a statement took longer than it may",
            ["statement": .string(connection.inFlight.first?.statement.name ?? "none")])
        connections.removeAll { $0 === connection }
        retiring.append(connection)
        replace()
    }

    private func closed(_ connection: PipelineConnection, _ error: PostgresError) {
        let isLast = connections.count == 1 && connections.first === connection
        if isLast, !isStopping { logger.warning("database connections lost", ["error": .error(error)]) }
        connections.removeAll { $0 === connection }
        retiring.removeAll { $0 === connection }
        replace()
        if isStopping, connections.allSatisfy({ $0.inFlight.isEmpty }) { finishStopping() }
    }

    private func replace() {
        observer.connectionCount(is: connections.count)
        if connections.isEmpty { availability = .unknown }
        connectorWaiting?.resume()
        connectorWaiting = nil
    }

    // MARK: Stopping

    /// Takes no more statements; what waits fails at once, what is on its way may finish for `grace`, what then still runs is cancelled.
    /// Open transactions are rolled back.
    public func stop(grace: Duration = .seconds(1)) async {
        guard !isStopping else { return }
        isStopping = true
        connector?.cancel()
        connectorWaiting?.resume()
        connectorWaiting = nil
        listener?.stop()
        listener = nil
        failWaiting(Self.stopped)
        if !connections.allSatisfy({ $0.inFlight.isEmpty }) {
            await withCheckedContinuation { continuation in
                stopWaiting = continuation
                loop.schedule(after: grace) { [self] in finishStopping() }
            }
        }
        for connection in connections + retiring {
            if !connection.inFlight.isEmpty { connection.cancelRunning() }
            connection.close(Self.closedByStop)
        }
        availability = .down(Self.stopped)
    }

    private func finishStopping() {
        stopWaiting?.resume()
        stopWaiting = nil
    }

    private static let closedByStop = PostgresError(.connectionLost, "closed, because the pool was stopped")
}
