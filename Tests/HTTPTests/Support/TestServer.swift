import HTTP
import Loop
import Telemetry

/// A server on a loop and a port of its own, for the time of a test.
struct TestServer {
    let loop: EventLoop
    let server: HTTPServer
    let address: SocketAddress

    var url: String { "http://\(address)" }

    static func run(
        limits: HTTPLimits = .standard, observability: Observability = .quiet(service: "test"),
        _ routes: (inout HTTPRouter) -> Void, _ body: (TestServer) async throws -> Void
    ) async throws {
        let loop = try EventLoop(name: "test")
        var router = HTTPRouter()
        routes(&router)
        let server = HTTPServer(loop: loop, router: router, limits: limits, observability: observability)
        let address = try await server.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
        do {
            try await body(TestServer(loop: loop, server: server, address: address))
        } catch {
            await server.close()
            loop.stop()
            throw error
        }
        await server.close()
        loop.stop()
    }

    /// Says hello, and gives back what it gets.
    static func echo(_ router: inout HTTPRouter) {
        router.on("GET", "/hello/{name}") { .text(200, "hello \($0.parameters["name"] ?? "")") }
        router.on("POST", "/echo", bodyLimit: 4 << 20) { .bytes(200, $0.body, type: "text/plain") }
    }
}

/// Lets a handler wait until the test opens it.
actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private(set) var arrivals = 0
    private(set) var completions = 0

    func pass() async {
        arrivals += 1
        if !isOpen { await withCheckedContinuation { waiting.append($0) } }
    }

    func finish() { completions += 1 }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
