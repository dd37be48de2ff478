import Testing

@testable import HTTP

@Suite struct HTTPRouterTests {
    private let router: HTTPRouter = {
        var router = HTTPRouter()
        for (method, pattern) in [
            ("GET", "/"), ("GET", "/chat"), ("POST", "/chat"), ("GET", "/api/{kind}/{id}"), ("GET", "/api/guests/new"),
            ("DELETE", "/api/{kind}/{id}"), ("GET", "/api/{other}/7"),
        ] {
            router.on(method, pattern) { _ in .text(200, "") }
        }
        return router
    }()

    private func resolved(_ method: String, _ path: String) -> String {
        switch router.resolve(method, path) {
        case .route(let route, let parameters):
            "\(route.method) \(route.pattern) \(parameters.sorted { $0.key < $1.key }.map { "\($0)=\($1)" })"
        case .options(_, let allowed): "options \(allowed)"
        case .methodNotAllowed(_, let allowed): "405 \(allowed)"
        case .notImplemented: "501"
        case .notFound: "404"
        }
    }

    @Test(arguments: [
        ("GET", "/", "GET / []"), ("GET", "/chat", "GET /chat []"), ("HEAD", "/chat", "GET /chat []"),
        ("GET", "/api/rooms/7", #"GET /api/{kind}/{id} ["id=7", "kind=rooms"]"#),
        ("GET", "/api/guests/new", "GET /api/guests/new []"), ("GET", "/chat/", "404"), ("GET", "/api/rooms/", "404"),
        ("GET", "/api//7", "404"), ("GET", "//chat", "404"), ("GET", "/api/rooms/7/8", "404"), ("GET", "/Chat", "404"),
        ("PUT", "/chat", "405 GET, POST, HEAD, OPTIONS"), ("HEAD", "/nothing", "404"),
        ("OPTIONS", "/chat", "options GET, POST, HEAD, OPTIONS"),
        ("OPTIONS", "*", "options DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, TRACE"),
        ("POST", "/api/rooms/7", "405 GET, DELETE, HEAD, OPTIONS"), ("BREW", "/chat", "501"), ("get", "/chat", "501"),
    ])
    func finds(_ method: String, _ path: String, expected: String) {
        #expect(resolved(method, path) == expected)
    }
}
