import Contracts
import HTTP
import Wire

/// `/api/internal/pms-status`: which PMS answers, and whether it does.
struct PMSStatusRoute: Sendable {
    let adapter: WireClient

    private static let deadline = Duration.seconds(1)

    func add(to router: inout HTTPRouter) {
        router.on("GET", "/api/internal/pms-status") { _ in
            do {
                let status = try await adapter.call(PMSStatus.self, Nothing(), deadline: Self.deadline)
                return try .json(status.status == "ok" ? 200 : 503, status)
            } catch {
                return .problem(503, "unavailable", "pms-adapter does not answer")
            }
        }
    }

    /// For readiness.
    func isOK() async -> Bool {
        // Whatever is wrong, the answer is no.
        (try? await adapter.call(PMSStatus.self, Nothing(), deadline: Self.deadline))?.status == "ok"
    }
}
