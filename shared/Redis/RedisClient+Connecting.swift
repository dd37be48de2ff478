import Loop

extension RedisClient {
    /// What one attempt may take.
    private static let connectDeadline = Duration.seconds(2)

    /// Keeps one connection, and tells of each beginning and (with nil and why) of each end.
    func keepConnected(_ changed: (RedisLink?, RedisError) -> Void) async {
        // Short: whoever asks for readiness learns of the server's return within a second.
        var backoff = Backoff(initial: .milliseconds(50), maximum: .milliseconds(500))
        while !isStopping {
            let life = LinkLife()
            do throws(RedisError) {
                let link = try await open(life)
                backoff.reset()
                changed(link, life.reason)
                await watch(link, life)
                changed(nil, life.reason)
            } catch {
                // Why matters to nobody: commands fail with `notConnected` meanwhile.
            }
            // It throws when the client is stopped; the loop's condition sees that.
            try? await loop.sleep(for: backoff.next())
        }
    }

    /// A connection on which the server has answered.
    private func open(_ life: LinkLife) async throws(RedisError) -> RedisLink {
        let end = ContinuousClock.now + Self.connectDeadline
        let address = try await address()
        let link = try RedisLink(
            to: address, loop: loop, onConnected: { life.connected() }, onEnd: { life.ended($0) })
        let timer = loop.schedule(after: end - .now) { link.close() }
        defer { timer.cancel() }
        do throws(RedisError) {
            if let error = await life.waitUntilConnected() { throw error }
            var greeting: [[String]] = []
            if let password = url.password { greeting.append(["AUTH"] + (url.user.map { [$0] } ?? []) + [password]) }
            if url.database != 0 { greeting.append(["SELECT", "\(url.database)"]) }
            // Answers with an error while the server still loads its data.
            greeting.append(["PING"])
            for words in greeting {
                _ = try await exchange(words.map { Array($0.utf8) }, on: link, deadline: end - .now)
            }
            guard !isStopping else { throw RedisError(.stopped, "the client has been stopped") }
            return link
        } catch {
            link.close()
            throw error
        }
    }

    private func address() async throws(RedisError) -> SocketAddress {
        switch url.location {
        case .unix(let path): return .unix(path: path)
        case .tcp(let host, let port):
            let found: [SocketAddress]
            do throws(ResolveError) {
                found = try await resolver.addresses(host: host, port: port, within: Self.connectDeadline, on: loop)
            } catch {
                throw RedisError(.notConnected, error.description)
            }
            // When a name has several, the next attempt may take another.
            guard let address = found.randomElement() else {
                throw RedisError(.notConnected, "\(host) has no address")
            }
            return address
        }
    }

    /// Waits for a connection's end. A cut network sends no reset: what says nothing for half a second is asked for a sign of life, and closed
    /// when it gives none within another.
    private func watch(_ link: RedisLink, _ life: LinkLife) async {
        let patience = Duration.milliseconds(500)
        while !life.isOver, !isStopping {
            let silence = .now - link.lastHeard
            if silence >= patience {
                let isSubscribed = link === subscriptions.link
                if isSubscribed {
                    link.subscribe([Subscriptions.heartbeat])
                } else {
                    link.ping()
                }
                let asked = ContinuousClock.now
                await life.waitForEnd(patience * 2, on: loop)
                if !life.isOver, link.lastHeard < asked { link.close() }
            } else {
                await life.waitForEnd(patience - silence, on: loop)
            }
        }
        link.close()
    }
}

/// What becomes of one connection. Belongs to the loop's thread.
final class LinkLife {
    private(set) var isOver = false
    private var isConnected = false
    /// Why it ended, once it has.
    private(set) var reason = RedisError(.connectionLost, "no sign of life")
    private var connecting: CheckedContinuation<RedisError?, Never>?
    private var waiting: CheckedContinuation<Void, Never>?
    private var timer: ScheduledTimer?

    func connected() {
        isConnected = true
        connecting?.resume(returning: nil)
        connecting = nil
    }

    func ended(_ error: RedisError) {
        isOver = true
        reason = error
        connecting?.resume(returning: error)
        connecting = nil
        wake()
    }

    func waitUntilConnected(isolation: isolated (any Actor)? = #isolation) async -> RedisError? {
        if isConnected || isOver { return isOver ? reason : nil }
        return await withCheckedContinuation { continuation in
            _ = isolation
            connecting = continuation
        }
    }

    /// Until the connection ends, `limit` at most.
    func waitForEnd(_ limit: Duration, on loop: EventLoop, isolation: isolated (any Actor)? = #isolation) async {
        guard !isOver else { return }
        await withCheckedContinuation { continuation in
            _ = isolation
            wait(continuation, limit, on: loop)
        }
    }

    private func wait(_ continuation: CheckedContinuation<Void, Never>, _ limit: Duration, on loop: EventLoop) {
        waiting = continuation
        timer = loop.schedule(after: limit) { [self] in wake() }
    }

    private func wake() {
        timer?.cancel()
        timer = nil
        waiting?.resume()
        waiting = nil
    }
}
