import Contracts
import HTTP
import JSON
import Telemetry

/// The web page's API: a visitor's signed session, their messages, and a stream of what comes back.
struct ChatRoutes: Sendable {
    let secretKey: [UInt8]
    let ids: ConversationID
    let hotels: Hotels
    let intake: Intake
    let store: ChatStore
    let nudges: ChatNudges
    let limiter: RateLimiter
    let clients: ClientAddress

    private static let channel = "web"
    private static let bodyLimit = 262_144

    func add(to router: inout HTTPRouter) {
        router.on("GET", "/api/chat/hotel") { request in
            try await limit(request)
            return try await hotel(request)
        }
        router.on("POST", "/api/chat/session", bodyLimit: Self.bodyLimit) { request in
            try await limit(request)
            return try await begin(request)
        }
        router.on("POST", "/api/chat/messages", bodyLimit: Self.bodyLimit) { request in
            try await limit(request)
            return try await receive(request)
        }
        router.on("GET", "/api/chat/history") { request in
            try await limit(request)
            return .json(200, bytes: try await store.history(try visitor(request).key, limit: Self.limit(request)))
        }
        router.on("GET", "/api/chat/media/{id}") { request in
            try await limit(request)
            return try await media(request)
        }
        router.on("GET", "/api/chat/events") { request in
            try await limit(request)
            return try events(request)
        }
    }

    // MARK: Routes

    private func hotel(_ request: HTTPRequest) async throws -> HTTPResponse {
        let hotel = try await webHotel(request.query.first("hotel") ?? "")
        let brand = try JSONDocument(hotel.brand).root
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("key")
        writer.string(hotel.key)
        writer.key("name")
        writer.string(hotel.name)
        writer.key("languages")
        writer.beginArray()
        for language in Language.allCases { writer.string(language.rawValue) }
        writer.endArray()
        for field in ["mark", "greeting", "subtitle", "privacy_url"] {
            writer.key(field)
            if let value = brand[field] { writer.raw(Array(value.bytes)) } else { writer.null() }
        }
        writer.endObject()
        return .json(200, bytes: writer.bytes)
    }

    private struct SessionRequest: Codable {
        var hotel: String?
    }

    private struct SessionAnswer: Codable {
        var token: String
        var conversation: String
    }

    private func begin(_ request: HTTPRequest) async throws -> HTTPResponse {
        let hotel = try await webHotel(try Self.decode(SessionRequest.self, request).hotel ?? "")
        let token = ChatToken.fresh(hotel: hotel.id, now: Intake.now() / 1_000_000)
        return try .json(
            201, SessionAnswer(token: token.signed(with: secretKey), conversation: key(of: token).conversation))
    }

    private struct MessageRequest: Codable {
        var clientID: String
        var text: String?
        var buttonID: String?

        private enum CodingKeys: String, CodingKey {
            case clientID = "client_id"
            case text
            case buttonID = "button_id"
        }
    }

    private struct MessageAnswer: Codable {
        var id: String
    }

    private func receive(_ request: HTTPRequest) async throws -> HTTPResponse {
        let (token, key) = try visitor(request)
        let message = try Self.decode(MessageRequest.self, request)
        guard message.clientID.utf8.count == 36, message.clientID.utf8.allSatisfy(Self.isUUIDByte) else {
            throw HTTPError(400, "invalid_argument", "client_id must be a UUID, 36 characters, new for each message")
        }
        let content: InboundContent
        if let button = message.buttonID {
            guard (1...256).contains(button.utf8.count), !button.utf8.contains(0) else {
                throw HTTPError(400, "invalid_argument", "button_id must have 1 to 256 bytes")
            }
            content = WebhookMessage.button(button, message.text)
        } else {
            guard let text = message.text, text.contains(where: { !$0.isWhitespace }) else {
                throw HTTPError(400, "invalid_argument", "a message needs text or button_id")
            }
            content = WebhookMessage.text(.text, text)
        }
        let now = Intake.now()
        let wait = await limiter.wait(
            [limiter.guest(key.conversation), limiter.hotel(key.hotel)], now: now / 1_000_000)
        if wait > 0 { throw Self.tooMany(wait) }
        let messageID = "\(key.conversation):\(message.clientID)"
        let row = InboundRow(
            hotel: key.hotel, channel: Self.channel, messageID: messageID, conversation: key.conversation,
            identity: token.visitor, address: token.visitor, profileName: nil, content: content,
            raw: try JSONCoder.encode(content), sentAt: nil, receivedAt: now, notBefore: now,
            traceparent: Trace.current?.traceparent, isToBeCounted: false)
        do {
            try await intake.take(row)
        } catch {
            throw HTTPError(
                503, "unavailable", "the message could not be stored; send it again", headers: ["Retry-After": "1"])
        }
        await nudges.tell(key, taken: message.clientID)
        return try .json(202, MessageAnswer(id: messageID))
    }

    private func media(_ request: HTTPRequest) async throws -> HTTPResponse {
        let (_, key) = try visitor(request)
        guard let id = request.parameters["id"].flatMap({ Int($0) }), let media = try await store.media(id, key) else {
            throw HTTPError(404, "not_found", "no such media in this conversation")
        }
        var response = HTTPResponse.bytes(200, media.bytes, type: media.type)
        response.headers.set("Cache-Control", "private, max-age=86400, immutable")
        return response
    }

    private func events(_ request: HTTPRequest) throws -> HTTPResponse {
        let (_, key) = try visitor(request)
        let last = request.headers.first("Last-Event-ID").flatMap { Int($0) } ?? 0
        return .events { writer in
            let stream = ChatStream(key: key, store: store)
            try await stream.run(writer, after: last, nudges: await nudges.nudges(of: key))
        }
    }

    // MARK: What they share

    private func webHotel(_ key: String) async throws -> Hotels.WebHotel {
        guard key.utf8.count <= 64, let hotel = try await hotels.hotel(webKey: key) else {
            throw HTTPError(404, "not_found", "no hotel has this key")
        }
        return hotel
    }

    private func visitor(_ request: HTTPRequest) throws -> (token: ChatToken, key: ConversationKey) {
        guard let header = request.headers.first("Authorization"), header.hasPrefix("Bearer "),
            let token = ChatToken(String(header.dropFirst(7)), key: secretKey, now: Intake.now() / 1_000_000)
        else {
            throw HTTPError(
                401, "unauthenticated", "a session is needed: POST /api/chat/session",
                headers: ["WWW-Authenticate": "Bearer"])
        }
        return (token, key(of: token))
    }

    private func key(of token: ChatToken) -> ConversationKey {
        ConversationKey(
            hotel: token.hotel,
            conversation: ids.id(hotel: token.hotel, channel: Self.channel, identity: token.visitor))
    }

    private func limit(_ request: HTTPRequest) async throws {
        guard let address = clients.address(of: request) else { return }
        let wait = await limiter.wait([limiter.address(address)], now: Intake.now() / 1_000_000)
        if wait > 0 { throw Self.tooMany(wait) }
    }

    private static func tooMany(_ seconds: Int) -> HTTPError {
        HTTPError(
            429, "resource_exhausted", "too many requests in a minute; wait \(seconds) seconds",
            headers: ["Retry-After": String(seconds)])
    }

    private static func limit(_ request: HTTPRequest) -> Int {
        let wanted = request.query.first("limit").flatMap { Int($0) } ?? 100
        return min(max(wanted, 1), ChatStore.historyLimit)
    }

    private static func decode<Body: Decodable>(_ type: Body.Type, _ request: HTTPRequest) throws -> Body {
        do {
            return try JSONCoder.decode(type, from: request.body)
        } catch {
            throw HTTPError(400, "invalid_argument", "the body is not the JSON object that this route takes")
        }
    }

    private static func isUUIDByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte) || byte == 0x2D
    }
}

/// Whose request it is, for counting.
struct ClientAddress: Sendable {
    /// Whether a proxy of our own appends the client's address to `X-Forwarded-For`.
    let trustsProxy: Bool

    func address(of request: HTTPRequest) -> String? {
        if trustsProxy, let forwarded = request.headers.all("X-Forwarded-For").last,
            let last = forwarded.split(separator: ",").last
        {
            let address = last.filter { !$0.isWhitespace }
            if !address.isEmpty, address.utf8.count <= 45 { return address }
        }
        return request.remoteAddress?.host
    }
}
