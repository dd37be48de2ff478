import Crypto
import Glibc
import HTTP
import JSON
public import Loop
public import Telemetry

/// Stands in for Meta's Graph API: takes messages and uploads as strictly as Meta does, remembers them in the order in which they came, misbehaves
/// when it is told to, and makes the webhooks that Meta would send.
public actor GraphStandIn {
    /// Somewhere that takes webhooks; gives the status of the answer.
    public typealias WebhookSink = @Sendable (GraphWebhook) async -> Int

    public nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    public nonisolated let settings: Settings
    /// In the order in which they came.
    public private(set) var sent: [Sent] = []
    /// Where each recipient's are in `sent`.
    private var places: [String: [Int]] = [:]
    /// Messages that were marked as read, by id, and whether typing was shown.
    public private(set) var reads: [(messageID: String, isTyping: Bool)] = []
    /// What was refused because it broke a rule, in the order in which it came. Faults are not among them.
    public private(set) var refusals: [GraphRefusal] = []
    /// Calls of `POST …/messages` that were for a message, refused ones included.
    public private(set) var attempts = 0
    /// What was uploaded, and what can be fetched, by media id.
    public private(set) var media: [String: GraphMedia] = [:]
    private var faults: [(fault: Fault, recipient: String?, count: Int)] = []
    private var held: [CheckedContinuation<Void, Never>] = []
    private var sink: WebhookSink?
    private var server: HTTPServer?
    private var address: SocketAddress?
    private let observability: Observability
    private let prefix: String
    private var lastID = 0

    public init(
        loop: EventLoop, settings: Settings = Settings(), observability: Observability = .quiet(service: "graph")
    ) {
        self.loop = loop
        self.settings = settings
        self.observability = observability
        prefix = hex(randomBytes(6))
    }

    // MARK: Life

    /// Listens; gives the address for `WHATSAPP_API_URL`.
    @discardableResult
    public func start(on address: SocketAddress = .ipv4([127, 0, 0, 1], port: 0)) async throws -> String {
        let server = HTTPServer(loop: loop, router: routes(), observability: observability)
        self.address = try await server.listen(on: self.address ?? address)
        self.server = server
        return baseURL
    }

    /// Goes away; `start` comes back on the same port.
    public func stop() async {
        release()
        await server?.close()
        server = nil
    }

    public var baseURL: String { "http://\(address?.description ?? "")" }

    // MARK: What tests ask

    /// Messages to one guest, in order.
    public func sent(to recipient: String) -> [Sent] { (places[recipient] ?? []).map { sent[$0] } }

    /// How many messages one guest got.
    public func count(to recipient: String) -> Int { places[recipient]?.count ?? 0 }

    /// What a guest reads, in order.
    public func texts(to recipient: String) -> [String] { sent(to: recipient).map(\.content.text) }

    /// Treats the next messages (to this recipient, or to anyone) badly. Faults that are asked for first come first.
    public func misbehave(_ fault: Fault, times: Int = 1, to recipient: String? = nil) {
        faults.append((fault, recipient, times))
    }

    /// Answers what it holds back.
    public func release() {
        for continuation in held { continuation.resume() }
        held = []
    }

    /// From now on it behaves.
    public func behave() { faults = [] }

    /// Where receipts go that `settings.statuses` asks for, and those of `report`.
    public func sendWebhooks(to sink: @escaping WebhookSink) { self.sink = sink }

    /// Has a guest's file ready to be fetched; gives its media id.
    public func receive(_ media: GraphMedia) -> String {
        let id = "77\(nextID())"
        self.media[id] = media
        return id
    }

    /// Makes the receipt for a message that was taken.
    public nonisolated func receipt(_ status: String, for sent: Sent, errorCode: Int? = nil) -> GraphWebhook {
        GraphWebhook.status(
            status, of: sent.id, recipient: sent.content.recipient, callbackData: sent.content.callbackData,
            errorCode: errorCode, number: sent.phoneNumberID, at: WallClockSeconds.now, secret: settings.appSecret)
    }

    /// Sends a receipt to the sink until it is taken, as Meta does, ten times at most.
    public func report(_ status: String, for sent: Sent, errorCode: Int? = nil) async {
        guard let sink else { return }
        let webhook = receipt(status, for: sent, errorCode: errorCode)
        for attempt in 0..<10 {
            if await sink(webhook) == 200 { return }
            // Not cancelled by anyone.
            try? await loop.sleep(for: .milliseconds(50 << attempt))
        }
    }

    // MARK: The API

    private func routes() -> HTTPRouter {
        var router = HTTPRouter()
        router.on("POST", "/{version}/{number}/messages") { [self] in try await messages($0) }
        router.on("POST", "/{version}/{number}/media", bodyLimit: 20 << 20) { [self] in await upload($0) }
        router.on("GET", "/{version}/{media}") { [self] in await place($0) }
        router.on("GET", "/lookaside/whatsapp/media/{media}") { [self] in await download($0) }
        return router
    }

    private func messages(_ request: HTTPRequest) async throws -> HTTPResponse {
        do {
            let number = try authorize(request)
            guard request.headers.first("Content-Type")?.hasPrefix("application/json") == true else {
                throw GraphRefusal.unexpected("(#100) the body must be application/json")
            }
            switch try GraphRules.check(request.body, isVoice: { media[$0].map(\.isOpus) }) {
            case .read(let id, let isTyping):
                reads.append((id, isTyping))
                return .json(200, bytes: Array(#"{"success":true}"#.utf8))
            case .message(let content):
                attempts += 1
                return try await take(content, from: number, request)
            }
        } catch let refusal as GraphRefusal {
            refusals.append(refusal)
            return answer(refusal)
        }
    }

    private func take(_ content: GraphContent, from number: String, _ request: HTTPRequest) async throws -> HTTPResponse
    {
        let fault = nextFault(for: content.recipient)
        switch fault {
        case .error(let code, let status, let retryAfter):
            return answer(
                GraphRefusal(status: status, code: code, message: "(#\(code)) as asked"), retryAfter: retryAfter)
        case .serverError(let status):
            return HTTPResponse.text(status, "<html>upstream is away</html>")
        case .hang:
            try await loop.sleep(for: .seconds(3_600))
        case .loseAnswer, .takeButFail, .delay, .hold, nil:
            break
        }
        let message = Sent(
            id: "wamid.\(prefix)\(nextID())", phoneNumberID: number, content: content, body: request.body,
            traceparent: request.headers.first("traceparent"), at: .now)
        places[content.recipient, default: []].append(sent.count)
        sent.append(message)
        if !settings.statuses.isEmpty, sink != nil {
            Task.immediate { for status in settings.statuses { await report(status, for: message) } }
        }
        switch fault {
        case .delay(let time): try await loop.sleep(for: time)
        case .hold: await withCheckedContinuation { held.append($0) }
        case .loseAnswer: return .events { _ in throw CancellationError() }
        case .takeButFail(let status): return HTTPResponse.text(status, "<html>upstream is away</html>")
        default: break
        }
        return accepted(message)
    }

    private func accepted(_ message: Sent) -> HTTPResponse {
        let recipient = message.content.recipient
        let body =
            #"{"messaging_product":"whatsapp","contacts":[{"input":"\#(recipient)","wa_id":"\#(recipient)"}],"#
            + #""messages":[{"id":"\#(message.id)"}]}"#
        return .json(200, bytes: Array(body.utf8))
    }

    private func upload(_ request: HTTPRequest) -> HTTPResponse {
        do {
            _ = try authorize(request)
            let file = try GraphMedia.read(request.body, contentType: request.headers.first("Content-Type") ?? "")
            let id = "88\(nextID())"
            media[id] = file
            return .json(200, bytes: Array(#"{"id":"\#(id)"}"#.utf8))
        } catch {
            refusals.append(error)
            return answer(error)
        }
    }

    private func place(_ request: HTTPRequest) -> HTTPResponse {
        guard hasToken(request) else { return answer(Self.badToken) }
        guard let id = request.parameters["media"], let file = media[id] else {
            return answer(.unexpected("(#100) no media has this id"))
        }
        var json = JSONWriter()
        json.beginObject()
        json.key("messaging_product")
        json.string("whatsapp")
        json.key("url")
        json.string("\(baseURL)/lookaside/whatsapp/media/\(id)")
        json.key("mime_type")
        json.string(file.type)
        json.key("sha256")
        json.string(hex(sha256(file.bytes)))
        json.key("file_size")
        json.int(file.bytes.count)
        json.key("id")
        json.string(id)
        json.endObject()
        return .json(200, bytes: json.bytes)
    }

    private func download(_ request: HTTPRequest) -> HTTPResponse {
        guard hasToken(request) else { return answer(Self.badToken) }
        guard let id = request.parameters["media"], let file = media[id] else { return .text(404, "not found") }
        return .bytes(200, file.bytes, type: file.type)
    }

    // MARK: Parts of it

    private static let badToken = GraphRefusal(status: 401, code: 190, message: "Invalid OAuth access token.")

    private func hasToken(_ request: HTTPRequest) -> Bool {
        request.headers.first("Authorization") == "Bearer \(settings.token)"
    }

    private func authorize(_ request: HTTPRequest) throws(GraphRefusal) -> String {
        guard hasToken(request) else { throw Self.badToken }
        guard request.parameters["version"]?.first == "v" else { throw .unexpected("(#100) no such version") }
        guard let number = request.parameters["number"], settings.phoneNumberIDs.contains(number) else {
            throw .unexpected("(#100) Unsupported post request: no such number")
        }
        return number
    }

    private func nextFault(for recipient: String) -> Fault? {
        guard let index = faults.firstIndex(where: { $0.recipient == nil || $0.recipient == recipient }) else {
            return nil
        }
        faults[index].count -= 1
        defer { if faults[index].count <= 0 { faults.remove(at: index) } }
        return faults[index].fault
    }

    private func nextID() -> String {
        lastID += 1
        let digits = String(lastID)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    private func answer(_ refusal: GraphRefusal, retryAfter: Int? = nil) -> HTTPResponse {
        var json = JSONWriter()
        json.beginObject()
        json.key("error")
        json.beginObject()
        json.key("message")
        json.string(refusal.message)
        json.key("type")
        json.string("OAuthException")
        json.key("code")
        json.int(refusal.code)
        json.key("fbtrace_id")
        json.string("A\(nextID())")
        json.endObject()
        json.endObject()
        var response = HTTPResponse.json(refusal.status, bytes: json.bytes)
        if let retryAfter { response.headers.set("Retry-After", String(retryAfter)) }
        return response
    }
}

/// Seconds since 1970, as webhooks carry them.
enum WallClockSeconds {
    static var now: Int { Int(time(nil)) }
}
