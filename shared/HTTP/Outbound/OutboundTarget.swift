internal import CCurl

/// A URL as libcurl itself understands it, so that what is checked is what is connected to.
struct OutboundTarget {
    var host: String

    init(_ request: OutboundRequest) throws(OutboundError) {
        guard let url = curl_url() else { throw OutboundError(.invalid, "no memory") }
        defer { curl_url_cleanup(url) }
        guard curl_url_set(url, CURLUPART_URL, request.url, 0) == CURLUE_OK,
            let scheme = Self.part(url, CURLUPART_SCHEME), let host = Self.part(url, CURLUPART_HOST)
        else { throw OutboundError(.invalid, "the URL is not valid") }
        guard ["http", "https"].contains(scheme.lowercased()) else {
            throw OutboundError(.invalid, "the URL's scheme is neither http nor https")
        }
        guard Self.part(url, CURLUPART_USER) == nil, Self.part(url, CURLUPART_PASSWORD) == nil else {
            throw OutboundError(.invalid, "the URL has a user or password")
        }
        guard !request.method.isEmpty, request.method.utf8.allSatisfy(ByteSet.token.contains) else {
            throw OutboundError(.invalid, "the method is not valid")
        }
        self.host = host.lowercased()
        if let allowed = request.allowedHosts, !allowed.contains(self.host) {
            throw OutboundError(.hostNotAllowed, "this host is not allowed")
        }
    }

    private static func part(_ url: OpaquePointer, _ part: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, part, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
