import Crypto
import HTTP
import Telemetry

/// `/api/webhooks/whatsapp` (Cloud API, Webhooks): answers 200 only after every message and receipt is committed. Anything else makes Meta send again.
struct WhatsAppWebhook: Sendable {
    let appSecret: [UInt8]
    let verifyToken: [UInt8]
    let hotels: Hotels
    let intake: Intake
    let store: InboundStore
    let nudges: Nudges
    let logger: Logger
    let refused: Counter

    init(
        appSecret: [UInt8], verifyToken: [UInt8], hotels: Hotels, intake: Intake, store: InboundStore,
        nudges: Nudges, observability: Observability
    ) {
        self.appSecret = appSecret
        self.verifyToken = verifyToken
        self.hotels = hotels
        self.intake = intake
        self.store = store
        self.nudges = nudges
        logger = observability.logger
        refused = observability.metrics.counter(
            "webhook_refused_total", "Webhooks, or elements of them, that were not taken.", labels: ["reason"])
    }

    func add(to router: inout HTTPRouter) {
        router.on("GET", "/api/webhooks/whatsapp") { request in verify(request) }
        router.on("POST", "/api/webhooks/whatsapp") { request in try await receive(request) }
    }

    /// Meta asks once, when the webhook is set up.
    private func verify(_ request: HTTPRequest) -> HTTPResponse {
        guard request.query.first("hub.mode") == "subscribe", let token = request.query.first("hub.verify_token"),
            equalInConstantTime(Array(token.utf8), verifyToken)
        else {
            refused.add(1, "verify_token")
            return .problem(403, "permission_denied", "hub.mode must be subscribe and hub.verify_token the agreed one")
        }
        return .text(200, request.query.first("hub.challenge") ?? "")
    }

    private func receive(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard isSigned(request) else {
            refused.add(1, "signature")
            return .problem(401, "unauthenticated", "X-Hub-Signature-256 must sign the body with the app secret")
        }
        let payload: WebhookPayload
        do {
            payload = try WebhookPayload(request.body)
        } catch {
            refused.add(1, "malformed")
            return .problem(400, "invalid_argument", error.problem)
        }
        if payload.brokenElements > 0 { refused.add(payload.brokenElements, "broken_element") }
        do {
            var messages: [(hotel: Int, message: WebhookPayload.Message)] = []
            for message in payload.messages {
                guard let hotel = try await hotel(of: message.phoneNumberID) else { continue }
                messages.append((hotel, message))
            }
            var statuses: [(hotel: Int, status: WebhookPayload.Status)] = []
            for status in payload.statuses {
                guard let hotel = try await hotel(of: status.phoneNumberID) else { continue }
                statuses.append((hotel, status))
            }
            try await store.insert(statuses)
            if !statuses.isEmpty { await nudges.receiptsCame() }
            try await intake.take(messages)
        } catch {
            logger.warning("a webhook could not be stored", ["error": .error(error)])
            var response = HTTPResponse.problem(503, "unavailable", "the message could not be stored; send it again")
            response.headers.set("Retry-After", "1")
            return response
        }
        return .text(200, "ok")
    }

    private func hotel(of number: String?) async throws -> Int? {
        if let hotel = try await hotels.hotel(number: number) { return hotel }
        refused.add(1, "unknown_number")
        return nil
    }

    private func isSigned(_ request: HTTPRequest) -> Bool {
        guard let header = request.headers.first("X-Hub-Signature-256"), header.hasPrefix("sha256="),
            let signature = bytes(fromHex: header.dropFirst(7))
        else { return false }
        return equalInConstantTime(signature, hmacSHA256(key: appSecret, message: request.body))
    }
}
