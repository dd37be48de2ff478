import HTTP
import JSON

/// Where Meta's Graph API is and who we are there.
struct GraphSettings: Sendable {
    /// Without a slash at its end.
    var baseURL: String
    /// Such as `v25.0`.
    var version: String
    var token: String
    /// The number of a hotel that names none.
    var defaultNumber: String?
    /// Where the bytes of received media may be fetched from, beside the host of `baseURL`.
    var mediaHost = "lookaside.fbsbx.com"

    /// The hosts that received media may be fetched from by an address of this scheme. TLS always, unless the whole API is spoken to without it.
    func mediaHosts(for address: String) -> Set<String> {
        if address.hasPrefix("https://") { return [mediaHost, host] }
        return address.hasPrefix("http://") && baseURL.hasPrefix("http://") ? [host] : []
    }

    /// The API's host, in lower case; an IPv6 address keeps its brackets.
    private var host: String {
        let rest = baseURL.drop { $0 != ":" }.dropFirst("://".count)
        if rest.first == "[" { return rest.prefix { $0 != "]" }.lowercased() + "]" }
        return rest.prefix { !":/?#".contains($0) }.lowercased()
    }
}

/// The WhatsApp Cloud API, call by call. It tells what happened; `FailurePolicy` says what that means.
struct GraphClient: Sendable {
    let outbound: Outbound
    let settings: GraphSettings

    private static let answerLimit = 65_536
    static let mediaLimit = 16 << 20

    // MARK: Sending

    /// Sends a message and gives Meta's id for it.
    func send(_ request: GraphRequest, from number: String, deadline: Duration) async throws(SendFailure) -> String {
        let answer = try await post("\(number)/messages", json: request, deadline: deadline)
        guard let document = try? JSONDocument(answer.body),
            let id = document.root["messages"]?.elements.first?["id"]?.string, !id.isEmpty
        else { throw refusal(answer) }
        return id
    }

    /// Marks the guest's message as read and shows that an answer is being written.
    func markRead(_ messageID: String, from number: String, deadline: Duration) async throws(SendFailure) {
        _ = try await post("\(number)/messages", json: GraphReadMark(messageID: messageID), deadline: deadline)
    }

    /// Uploads a voice note and gives its media id. Failing here, no guest has got anything: it is never `unanswered`.
    func upload(_ bytes: [UInt8], type: String, from number: String, deadline: Duration) async throws(SendFailure)
        -> String
    {
        let request = OutboundRequest(
            "POST", url("\(number)/media"), headers: authorization,
            body: .multipart([
                MultipartPart(name: "messaging_product", text: "whatsapp"), MultipartPart(name: "type", text: type),
                MultipartPart(name: "file", filename: "voice.ogg", contentType: type, bytes: bytes),
            ]), responseLimit: Self.answerLimit)
        let answer: OutboundResponse
        do {
            answer = try await perform(request, deadline: deadline)
        } catch {
            switch error {
            case .unanswered: throw .notSent
            case .refused(let status, _, _, _) where status >= 500: throw .notSent
            default: throw error
            }
        }
        guard let id = (try? JSONDocument(answer.body))?.root["id"]?.string, Self.isIdentifier(id) else {
            throw .notSent
        }
        return id
    }

    private func post(_ path: String, json: some Encodable, deadline: Duration) async throws(SendFailure)
        -> OutboundResponse
    {
        var headers = authorization
        headers.set("Content-Type", "application/json")
        guard let body = try? JSONCoder.encode(json) else { throw .notSent }
        return try await perform(
            OutboundRequest("POST", url(path), headers: headers, body: .bytes(body), responseLimit: Self.answerLimit),
            deadline: deadline)
    }

    private func perform(_ request: OutboundRequest, deadline: Duration) async throws(SendFailure) -> OutboundResponse {
        let answer: OutboundResponse
        do {
            answer = try await outbound.send(request, deadline: deadline)
        } catch {
            throw error.wasSent ? .unanswered : .notSent
        }
        guard (200..<300).contains(answer.status) else { throw refusal(answer) }
        return answer
    }

    private func refusal(_ answer: OutboundResponse) -> SendFailure {
        let error = (try? JSONDocument(answer.body))?.root["error"]
        return .refused(
            status: answer.status, code: error?["code"]?.int, isTransient: error?["is_transient"]?.bool ?? false,
            retryAfter: answer.headers.first("Retry-After").flatMap { Int($0) }.map { .seconds(max(0, min($0, 3_600))) }
        )
    }

    // MARK: Received media

    struct Media: Sendable {
        var bytes: [UInt8]
        var type: String
    }

    /// Brings what a guest sent: first where it is (that address lives five minutes), then the bytes. The address is Meta's to name, so it must be
    /// on Meta's host: no token of ours goes elsewhere.
    func media(_ id: String, deadline: Duration) async throws(MediaFailure) -> Media {
        guard Self.isIdentifier(id) else { throw .notFound }
        let clock = ContinuousClock()
        let end = clock.now + deadline
        let place = try await get(url(id), limit: Self.answerLimit, hosts: nil, deadline: deadline)
        guard let document = try? JSONDocument(place.body), let address = document.root["url"]?.string else {
            throw .unavailable
        }
        let hosts = settings.mediaHosts(for: address)
        let type = document.root["mime_type"]?.string ?? "application/octet-stream"
        if let size = document.root["file_size"]?.int, size > Self.mediaLimit { throw .tooLarge }
        let file = try await get(address, limit: Self.mediaLimit, hosts: hosts, deadline: clock.now.duration(to: end))
        return Media(bytes: file.body, type: type)
    }

    private func get(
        _ url: String, limit: Int, hosts: Set<String>?, deadline: Duration
    ) async throws(MediaFailure) -> OutboundResponse {
        let request = OutboundRequest("GET", url, headers: authorization, responseLimit: limit, allowedHosts: hosts)
        let answer: OutboundResponse
        do {
            answer = try await outbound.send(request, deadline: deadline)
        } catch {
            switch error.phase {
            case .tooLarge: throw .tooLarge
            case .hostNotAllowed, .invalid: throw .foreignHost
            default: throw .unavailable
            }
        }
        switch answer.status {
        case 200: return answer
        case 400, 404, 410: throw .notFound
        default: throw .unavailable
        }
    }

    // MARK: Addresses

    private func url(_ path: String) -> String { "\(settings.baseURL)/\(settings.version)/\(path)" }

    private var authorization: HTTPHeaders { ["Authorization": "Bearer \(settings.token)"] }

    /// Whether an id from outside may stand in a path.
    static func isIdentifier(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
                default: false
                }
            }
    }
}

/// Why received media can't be had.
enum MediaFailure: Error, Hashable, Sendable {
    /// Meta does not have it (any more: it keeps media seven days).
    case notFound
    case tooLarge
    /// Its address is on a host that is not Meta's.
    case foreignHost
    /// It may be had later.
    case unavailable
}
