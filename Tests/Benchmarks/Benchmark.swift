import Foundation

/// What `make bench` runs, each measurement beside its reference.
enum Benchmark {
    private static let seconds = 4
    private static let rounds = 3

    static func wire(_ table: inout Table) async throws {
        let echo = try ChildServer("echo-server")
        let wire = try ChildServer("wire-server")
        defer {
            echo.stop()
            wire.stop()
        }
        for (connections, inFlight) in [(1, 64), (64, 1)] {
            var ours = 0.0
            var bare = 0.0
            // In turns, and the best of each: the machine's other work disturbs both alike.
            for _ in 0..<rounds {
                bare = max(
                    bare,
                    try Echo.measure(
                        port: echo.port, connections: connections, inFlight: inFlight, size: 1_024, for: .seconds(seconds)))
                ours = max(
                    ours,
                    try await WireBench.measure(
                        port: wire.port, connections: connections, inFlight: inFlight, for: .seconds(seconds)))
            }
            let bar =
                connections == 1
                ? ("≥ 150,000/s", ours >= 150_000) : ("≥ 45 % of the echo", ours >= 0.45 * bare)
            table.add(
                "wire, \(connections) × \(inFlight), 1 KiB", "\(grouped(ours)) round trips/s",
                beside: "bare epoll echo \(grouped(bare))/s (\(percent(ours / bare)))", bar: bar)
        }
    }
}
