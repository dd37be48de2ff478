/// One remote operation: its name on the wire, what goes in and what comes out (DESIGN.md §3).
///
/// Unknown fields of either body are ignored, so that services can be deployed one at a time: add fields as optionals.
public protocol Operation: Sendable {
    associatedtype Request: Codable & Sendable
    associatedtype Response: Codable & Sendable
    /// `service.verb`, at most 64 ASCII characters; also the value of the metric label `op`.
    static var name: String { get }
    /// Whether doing it twice is the same as doing it once; only such operations are retried.
    static var idempotent: Bool { get }
    /// The services that may call it; any other is answered `permission_denied`.
    static var callers: Set<String> { get }
}
