import HTTP
import Loop
import Telemetry
import Testing

extension Outbound {
    /// A client on the loop of a server.
    static func toward(_ server: TestServer, maximumConnections: Int = 8, maximumInFlight: Int = 64) -> Outbound {
        Outbound(
            loop: server.loop, observability: .quiet(service: "test"), maximumConnections: maximumConnections,
            maximumInFlight: maximumInFlight)
    }

    /// What a request that must fail failed with.
    nonisolated func failure(
        _ request: OutboundRequest, deadline: Duration = .seconds(10)
    ) async throws -> OutboundError {
        do {
            let response = try await send(request, deadline: deadline)
            Issue.record("answered \(response.status)")
            throw RawClient.Failure.closedEarly
        } catch let error as OutboundError {
            return error
        }
    }
}
