/// Answers one request. It runs on the server's loop and must not leave it (nor block it).
public typealias HTTPHandler = nonisolated(nonsending) @Sendable (HTTPRequest) async throws -> HTTPResponse

/// Which handler answers which method and path.
///
/// A path without parameters is preferred to one with; of those with, the first that was added. `HEAD` is answered by
/// `GET`'s handler without its body, `OPTIONS` by the methods there are; another method gets 405 with `Allow`, an
/// unknown path 404, a method that nobody knows 501.
public struct HTTPRouter: Sendable {
    struct Route: Sendable {
        var method: String
        /// As it was added: the metric's label `path`.
        var pattern: String
        /// Method and pattern: the name of its spans.
        var name: String
        var bodyLimit: Int?
        var handler: HTTPHandler
    }

    /// All methods of one path.
    struct Resource: Sendable {
        var pattern: RoutePattern
        var routes: [Route] = []

        /// `Allow`'s value (RFC 9110 §10.2.1).
        var allowed: String {
            var methods = routes.map(\.method)
            if methods.contains("GET") { methods.append("HEAD") }
            methods.append("OPTIONS")
            return methods.joined(separator: ", ")
        }

        func route(for method: String) -> Route? {
            routes.first { $0.method == method } ?? (method == "HEAD" ? routes.first { $0.method == "GET" } : nil)
        }
    }

    enum Resolution {
        case route(Route, parameters: [String: String])
        case options(pattern: String, allowed: String)
        case methodNotAllowed(pattern: String, allowed: String)
        case notImplemented
        case notFound
    }

    /// Fields that every response gets, refusals too, unless it has one of the same name: Content-Security-Policy and
    /// the like.
    public var defaultHeaders: HTTPHeaders = [:]
    private var literals: [String: Resource] = [:]
    private var patterns: [Resource] = []

    static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]

    public init() {}

    /// Adds a handler. `pattern` is a path such as `/api/guests/{id}`; `bodyLimit` replaces the server's limit of a
    /// body, in bytes.
    public mutating func on(
        _ method: String, _ pattern: String, bodyLimit: Int? = nil, _ handler: @escaping HTTPHandler
    ) {
        precondition(Self.methods.contains(method), "\(method) is not a method that is routed")
        let route = Route(
            method: method, pattern: pattern, name: "\(method) \(pattern)", bodyLimit: bodyLimit, handler: handler)
        let parsed = RoutePattern(pattern)
        if parsed.isLiteral {
            literals[pattern, default: Resource(pattern: parsed)].add(route)
        } else if let index = patterns.firstIndex(where: { $0.pattern.text == pattern }) {
            patterns[index].add(route)
        } else {
            patterns.append(Resource(pattern: parsed, routes: [route]))
        }
    }

    func resolve(_ method: String, _ path: String) -> Resolution {
        guard Self.methods.contains(method) else { return .notImplemented }
        guard path != "*" else { return .options(pattern: "*", allowed: Self.methods.sorted().joined(separator: ", ")) }
        guard let (resource, parameters) = find(path) else { return .notFound }
        if let route = resource.route(for: method) { return .route(route, parameters: parameters) }
        return method == "OPTIONS"
            ? .options(pattern: resource.pattern.text, allowed: resource.allowed)
            : .methodNotAllowed(pattern: resource.pattern.text, allowed: resource.allowed)
    }

    private func find(_ path: String) -> (Resource, [String: String])? {
        if let resource = literals[path] { return (resource, [:]) }
        guard !patterns.isEmpty else { return nil }
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for resource in patterns {
            if let parameters = resource.pattern.match(segments) { return (resource, parameters) }
        }
        return nil
    }
}

extension HTTPRouter.Resource {
    fileprivate mutating func add(_ route: HTTPRouter.Route) {
        precondition(
            !routes.contains { $0.method == route.method }, "\(route.method) \(route.pattern) has a handler already")
        routes.append(route)
    }
}
