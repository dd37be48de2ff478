import HTTP
import Loop
import Telemetry

/// A server with OpenAI's `POST /v1/audio/transcriptions`.
actor SpeechServer {
    enum Answer: Sendable {
        case text(String)
        case status(Int)
        case body(String)
        case silence
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let answer: Answer
    private(set) var forms: [[UInt8]] = []
    private var server: HTTPServer?
    private(set) var url = ""

    private init(loop: EventLoop, answer: Answer) {
        self.loop = loop
        self.answer = answer
    }

    static func start(answer: Answer) async throws -> SpeechServer {
        let server = SpeechServer(loop: try EventLoop(name: "stt"), answer: answer)
        try await server.listen()
        return server
    }

    private func listen() async throws {
        var router = HTTPRouter()
        router.on("POST", "/v1/audio/transcriptions") { [self] request in try await transcribe(request) }
        let server = HTTPServer(loop: loop, router: router, observability: .quiet(service: "stt"))
        url = "http://\(try await server.listen(on: .ipv4([127, 0, 0, 1], port: 0)))"
        self.server = server
    }

    private func transcribe(_ request: HTTPRequest) async throws -> HTTPResponse {
        forms.append(request.body)
        switch answer {
        case .text(let text): return try .json(200, ["text": text])
        case .status(let status): return .text(status, "no")
        case .body(let body): return .text(200, body)
        case .silence:
            try await loop.sleep(for: .seconds(60))
            return .text(200, "late")
        }
    }
}
