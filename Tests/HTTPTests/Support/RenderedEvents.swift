@testable import HTTP

/// What a parser makes of bytes that come in the given pieces, as text that can be compared.
func rendered(_ pieces: some Sequence<some Collection<UInt8>>, limits: HTTPLimits = .standard) -> [String] {
    var parser = RequestParser(limits: limits)
    var events: [String] = []
    for piece in pieces {
        parser.receive(piece)
        while let event = parser.next() { events += rendered(event) }
    }
    return events
}

func rendered(_ text: String, limits: HTTPLimits = .standard) -> [String] {
    rendered([Array(text.utf8)], limits: limits)
}

private func rendered(_ event: RequestEvent) -> [String] {
    switch event {
    case .head(let head):
        let fields = head.headers.fields.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        let query = head.query.pairs.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        return ["\(head.method) \(head.path)?\(query) \(head.framing) \(head.keepsAlive) [\(fields)]"]
    // Depends on whether the body has come, so on how the bytes were cut.
    case .continueExpected: return []
    case .body(let body): return ["body \(String(decoding: body, as: UTF8.self))"]
    case .refused(let refusal): return ["refused \(refusal.status) \(refusal.problem)"]
    }
}

/// The status with which a request is refused; nil when it is taken, or more must come.
func refusal(of text: String, limits: HTTPLimits = .standard) -> Int? {
    var parser = RequestParser(limits: limits)
    parser.receive(Array(text.utf8))
    while let event = parser.next() {
        if case .refused(let refusal) = event { return refusal.status }
    }
    return nil
}
