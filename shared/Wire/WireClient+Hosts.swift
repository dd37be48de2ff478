public import Loop
public import Telemetry

extension WireClient {
    /// For a peer whose instances stand under several names, where there is no DNS to put them under one.
    ///
    /// - Parameter hosts: names or addresses with their ports; not empty.
    public init(
        loop: EventLoop, peer: String, hosts: [(host: String, port: UInt16)], service: String, instance: String,
        secret: [UInt8], resolver: Resolver, observability: Observability, limits: WireLimits = .standard
    ) {
        let first = hosts.first ?? (host: "", port: 0)
        self.init(
            loop: loop, peer: peer, host: first.host, port: first.port, service: service, instance: instance,
            secret: secret, lookUp: { _, _ in try await Self.addresses(of: hosts, resolver) },
            observability: observability, limits: limits)
    }

    /// Of all names that can be resolved; throws when none can.
    private static func addresses(
        of hosts: [(host: String, port: UInt16)], _ resolver: Resolver
    ) async throws -> [SocketAddress] {
        var found: [SocketAddress] = []
        var problem: (any Error)?
        for host in hosts {
            do {
                found += try await resolver.addresses(host: host.host, port: host.port)
            } catch {
                problem = error
            }
        }
        if found.isEmpty, let problem { throw problem }
        return found
    }
}
