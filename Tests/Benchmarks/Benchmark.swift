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
                        port: echo.port, connections: connections, inFlight: inFlight, size: 1_024,
                        for: .seconds(seconds)))
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

    static func system(_ table: inout Table) async throws {
        let bench = try await SystemBench()
        let ready = try await bench.secondsToReady()
        table.add(
            "all five services, from start to ready", "\(rounded(ready)) s", bar: ("≤ 1.5 s", ready <= 1.5))
        let idle = await bench.residentMegabytes()
        try await bench.accept(&table, seconds: seconds)
        _ = try await bench.turnsAtRate(50, seconds: 2, base: 100_000_000)
        let steady = try await bench.turnsAtRate(200, seconds: 20, base: 110_000_000)
        let p99 = steady.samples.percentile(0.99)
        table.add(
            "whole turns at 200/s, webhook to Graph call, durable",
            "p50 \(rounded(steady.samples.percentile(0.5))) ms, p99 \(rounded(p99)) ms",
            beside: "answered \(steady.answered) of \(steady.asked)",
            bar: ("p99 ≤ 25 ms", p99 <= 25 && steady.answered == steady.asked))
        var most = 0.0
        for guests in [64, 256] { most = max(most, try await bench.turnsAtMost(guests: guests, seconds: 8)) }
        table.add("whole turns at most", "\(grouped(most))/s", bar: ("≥ 1,000/s", most >= 1_000))
        let after = await bench.residentMegabytes()
        for (service, size) in idle.sorted(by: { $0.key < $1.key }) {
            table.add(
                "memory of \(service)", "\(rounded(size, places: 1)) MB idle",
                beside: "\(rounded(after[service] ?? 0, places: 1)) MB after the run", bar: ("< 40 MB idle", size < 40))
        }
        await bench.stop()
    }
}
