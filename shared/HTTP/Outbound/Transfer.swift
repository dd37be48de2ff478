internal import CCurl
internal import Loop

/// One request under way: libcurl's handle, what still goes out, what has come. Touched on the loop only: libcurl calls
/// back from the functions that `Outbound` calls there.
final class Transfer {
    typealias Outcome = Result<OutboundResponse, OutboundError>

    let id: Int
    let easy: UnsafeMutableRawPointer
    var timer: ScheduledTimer?
    private let method: String
    private let body: [UInt8]
    private let responseLimit: Int
    private var list: UnsafeMutablePointer<curl_slist>?
    private var bodyOffset = 0
    /// How often libcurl was about to send: more than once when a connection that it kept had been closed by the peer.
    private var attempts = 0
    private var received = ReceivedHead()
    private var receivedBody: [UInt8] = []
    private var isTooLarge = false

    /// Nil when there is no memory.
    init?(id: Int, _ request: OutboundRequest, tracing: [(String, String)], certificateAuthorities: String?) {
        guard let easy = curl_easy_init() else { return nil }
        self.id = id
        self.easy = easy
        method = request.method
        responseLimit = request.responseLimit
        var contentType: String?
        switch request.body {
        case .none: body = []
        case .bytes(let bytes): body = bytes
        case .multipart(let parts):
            let boundary = MultipartForm.boundary()
            body = MultipartForm.encode(parts, boundary: boundary)
            contentType = MultipartForm.contentType(boundary: boundary)
        }
        setConnection(request.url, certificateAuthorities)
        setMethod()
        setHeaders(request.headers, contentType: contentType, tracing)
        setFunctions()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(list)
    }

    private func setConnection(_ url: String, _ certificateAuthorities: String?) {
        _ = ccurl_set_string(easy, CURLOPT_URL, url)
        _ = ccurl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        _ = ccurl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        _ = ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        // Else the loop waits for a look-up in a thread when a request ends before it.
        _ = ccurl_set_long(easy, CURLOPT_QUICK_EXIT, 1)
        // One request a connection: what became of it can be told.
        _ = ccurl_set_long(easy, CURLOPT_HTTP_VERSION, 2)
        _ = ccurl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // An answer to HEAD tells the length of a body that does not come.
        if method != "HEAD" { _ = ccurl_set_size(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(responseLimit)) }
        _ = ccurl_set_string(easy, CURLOPT_USERAGENT, "agente-hotel")
        if let certificateAuthorities { _ = ccurl_set_string(easy, CURLOPT_CAINFO, certificateAuthorities) }
    }

    private func setMethod() {
        if method == "HEAD" {
            _ = ccurl_set_long(easy, CURLOPT_NOBODY, 1)
        } else if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(method) {
            // The body goes through the read function, never CURLOPT_POSTFIELDS: libcurl can't send it again behind our
            // back.
            _ = ccurl_set_long(easy, CURLOPT_POST, 1)
            _ = ccurl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            if method != "POST" { _ = ccurl_set_string(easy, CURLOPT_CUSTOMREQUEST, method) }
        } else if method != "GET" {
            _ = ccurl_set_string(easy, CURLOPT_CUSTOMREQUEST, method)
        }
    }

    private func setHeaders(_ headers: HTTPHeaders, contentType: String?, _ tracing: [(String, String)]) {
        let reserved: Set<String> = ["content-length", "transfer-encoding", "connection", "expect"]
        // A name without a value takes libcurl's own field away.
        append("Expect:")
        if let contentType {
            append("Content-Type: \(contentType)")
        } else if !headers.contains("Content-Type") {
            append("Content-Type:")
        }
        for (name, value) in headers.fields where !reserved.contains(name.lowercased()) {
            if contentType != nil, name.lowercased() == "content-type" { continue }
            append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        for (name, value) in tracing { append("\(name): \(value)") }
        _ = ccurl_set_list(easy, CURLOPT_HTTPHEADER, list)
    }

    private func append(_ line: String) {
        list = curl_slist_append(list, line) ?? list
    }

    private func setFunctions() {
        // Unretained: `Outbound` holds the transfer until the handle has left libcurl.
        let context = Unmanaged.passUnretained(self).toOpaque()
        for option in [CURLOPT_PRIVATE, CURLOPT_READDATA, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_PREREQDATA] {
            _ = ccurl_set_pointer(easy, option, context)
        }
        _ = ccurl_set_transfer_function(easy, CURLOPT_READFUNCTION) { bytes, size, count, context in
            Transfer.of(context)?.read(UnsafeMutableRawBufferPointer(start: bytes, count: size * count)) ?? 0
        }
        _ = ccurl_set_transfer_function(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            Transfer.of(context)?.receive(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
        }
        _ = ccurl_set_transfer_function(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            Transfer.of(context)?.receiveHeader(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
        }
        _ = ccurl_set_before_request(easy) { context, _, _, _, _ in
            Transfer.of(context)?.mayBegin() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
        }
    }

    /// The transfer that a handle or a callback belongs to.
    static func of(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    // MARK: Called by libcurl

    /// libcurl tries again by itself when a connection that it kept turns out dead. That is well as long as the peer
    /// can't have got the request: a message would be sent twice.
    private func mayBegin() -> Bool {
        guard attempts > 0, wasSent, !["GET", "HEAD"].contains(method) else {
            attempts += 1
            bodyOffset = 0
            return true
        }
        return false
    }

    private func read(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(room.count, body.count - bodyOffset)
        room.copyBytes(from: body[bodyOffset..<(bodyOffset + count)])
        bodyOffset += count
        return count
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard receivedBody.count + bytes.count <= responseLimit else {
            isTooLarge = true
            return 0
        }
        receivedBody.append(contentsOf: bytes)
        return bytes.count
    }

    private func receiveHeader(_ line: UnsafeRawBufferPointer) -> Int {
        guard received.receive(line) else {
            isTooLarge = true
            return 0
        }
        return line.count
    }

    // MARK: The outcome

    /// Whether the peer may have the whole request: libcurl was about to send it, and has taken all of its body.
    var wasSent: Bool { attempts > 0 && bodyOffset == body.count }

    /// The final answer's status, when its head has come.
    var status: Int? {
        var code = 0
        guard ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &code) == CURLE_OK, code >= 200 else { return nil }
        return code
    }

    func failure(_ phase: OutboundError.Phase, _ problem: String) -> OutboundError {
        OutboundError(phase, wasSent: wasSent, status: status, problem)
    }

    func outcome(_ code: CURLcode) -> Outcome {
        if code == CURLE_OK, let status {
            return .success(OutboundResponse(status: status, headers: received.headers, body: receivedBody))
        }
        if isTooLarge || code == CURLE_FILESIZE_EXCEEDED {
            return .failure(failure(.tooLarge, "the answer is larger than \(responseLimit) bytes"))
        }
        let problem =
            code == CURLE_ABORTED_BY_CALLBACK
            ? "the connection was lost before the answer" : String(cString: curl_easy_strerror(code))
        return .failure(failure(phase(of: code), problem))
    }

    private func phase(of code: CURLcode) -> OutboundError.Phase {
        switch code {
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT: .invalid
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
        case CURLE_COULDNT_CONNECT: .connect
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            .tls
        case CURLE_SEND_ERROR, CURLE_SEND_FAIL_REWIND: .send
        case CURLE_OPERATION_TIMEDOUT: .timeout
        default: attempts == 0 ? .connect : .receive
        }
    }
}
