public import HTTP
import Loop

/// What the outside sends to the gateway.
extension HotelSystem {
    /// `http://host:port` of the gateway.
    public nonisolated var address: String { "http://127.0.0.1:\(environment.gatewayPort)" }

    /// Sends a request to the gateway.
    public nonisolated func send(
        _ method: String, _ path: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil,
        deadline: Duration = .seconds(10)
    ) async throws -> OutboundResponse {
        try await outbound.send(
            OutboundRequest(
                method, address + path, headers: headers, body: body.map { .bytes($0) } ?? .none,
                responseLimit: 16 << 20),
            deadline: deadline)
    }

    /// Asks a service on its health port, the gateway on its public one.
    public func get(_ path: String, of service: String, _ number: Int = 0) async throws -> OutboundResponse {
        let port = member(service, number).http
        return try await outbound.send(OutboundRequest("GET", "http://127.0.0.1:\(port)\(path)"), deadline: .seconds(5))
    }

    /// Sends a webhook once, as Meta does; the status of the answer, nil when there is none.
    public nonisolated func post(_ webhook: GraphWebhook, headers: HTTPHeaders = [:]) async -> Int? {
        var headers = headers
        headers.set("Content-Type", "application/json")
        headers.set("X-Hub-Signature-256", webhook.signature)
        // No answer and a bad one are the same to Meta.
        return try? await send("POST", "/api/webhooks/whatsapp", headers: headers, body: webhook.body).status
    }

    /// Sends a webhook until it is answered with 200, as Meta does; only sooner.
    public nonisolated func deliver(_ webhook: GraphWebhook, within limit: Duration = .seconds(60)) async throws {
        let end = ContinuousClock.now + limit
        var backoff = Backoff(initial: .milliseconds(50), maximum: .seconds(1))
        var last: Int?
        repeat {
            last = await post(webhook)
            if last == 200 { return }
            try await Task.sleep(for: backoff.next())
        } while .now < end
        throw ProcessFailure("the gateway took no webhook in time; its last answer was \(last ?? 0)")
    }

    /// Signs a body as Meta does.
    public nonisolated func signed(_ body: [UInt8]) -> GraphWebhook {
        GraphWebhook(signing: body, secret: environment.appSecret)
    }
}
