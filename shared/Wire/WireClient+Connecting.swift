import Loop
import Telemetry

/// How a client finds the instances of its peer and keeps one connection to each.
extension WireClient {
    func resolve() {
        guard isRunning, !isResolving else { return }
        isResolving = true
        resolveTimer?.cancel()
        Task.immediate { [self] in
            do {
                roster.resolved(try await lookUp(host, port), at: .now())
            } catch {
                // The addresses that are known stay: a name server that is away must not cut services off from each other.
                report("\(error)")
            }
            isResolving = false
            guard isRunning else { return }
            resolveTimer = loop.schedule(after: limits.resolving) { [self] in resolve() }
            connectToDue()
        }
    }

    private func connectToDue() {
        guard isRunning else { return }
        connectTimer?.cancel()
        for address in roster.due(at: .now()) {
            let connection = ClientConnection(
                to: address, loop: loop, own: own, peer: peer, secret: secret, limits: limits
            ) { [self] connection, event in
                assumeIsolated { $0.handle(event, of: connection) }
            }
            connecting[ObjectIdentifier(connection)] = connection
            connection.assumeIsolated { $0.start() }
        }
        connectTimer = roster.nextTry.map { next in
            loop.schedule(after: next - .now()) { [self] in connectToDue() }
        }
    }

    private func handle(_ event: ClientConnection.Event, of connection: ClientConnection) {
        switch event {
        case .opened(let server): opened(connection, server)
        case .goaway:
            guard let instance = instances.first(where: { $0.connection === connection }) else { return }
            leave(instance)
        case .closed(let reason): closed(connection, reason)
        }
    }

    private func opened(_ connection: ClientConnection, _ server: WireIdentity) {
        connecting[ObjectIdentifier(connection)] = nil
        guard isRunning, roster.opened(connection.address, server.instance, at: .now()) else {
            connection.assumeIsolated { $0.close(WireError(.unavailable, "the instance is connected already")) }
            return
        }
        lastProblem = nil
        instances.append(
            Instance(name: server.instance, connection: connection, policy: limits.breaker))
        observability.logger.info(
            "wire peer connected",
            [
                "peer": .string(peer), "peer_instance": .string(server.instance),
                "address": .string(connection.address.description),
            ])
        waiting.wakeAll()
    }

    /// It takes no more requests; what is in flight there goes on.
    private func leave(_ instance: Instance) {
        guard !instance.isLeaving else { return }
        instance.isLeaving = true
        roster.ended(instance.connection.address, at: .now(), using: &generator)
        noteConnections()
        resolve()
    }

    private func closed(_ connection: ClientConnection, _ reason: WireError) {
        if let index = instances.firstIndex(where: { $0.connection === connection }) {
            let instance = instances.remove(at: index)
            observability.logger.info(
                "wire peer disconnected",
                [
                    "peer": .string(peer), "peer_instance": .string(instance.name),
                    "reason": .string(reason.description),
                ])
            leave(instance)
        } else if connecting.removeValue(forKey: ObjectIdentifier(connection)) != nil {
            roster.ended(connection.address, at: .now(), using: &generator)
            report(reason.description)
        }
        connectToDue()
    }

    private func noteConnections() {
        if instances.allSatisfy(\.isLeaving) { disconnectedSince = .now() }
    }

    /// Attempts go on every second: each new problem is logged once.
    private func report(_ problem: String) {
        guard isRunning, problem != lastProblem else { return }
        lastProblem = problem
        observability.logger.warning("wire peer not reached", ["peer": .string(peer), "error": .string(problem)])
    }
}
