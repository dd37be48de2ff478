import Loop
import Redis
import Servers
import Support
import Telemetry
import Testing

@Suite struct RedisObservationTests {
    @Test func eachCommandHasASpanAndADurationAndNothingOfItsKeys() async throws {
        let observability = Observability(
            logger: Logger(service: "test", level: .error, secrets: []) { _ in }, metrics: Metrics(),
            tracer: Tracer(service: "test", instance: "1", isEnabled: true))
        let loop = try EventLoop(name: "redis")
        let client = RedisClient(
            loop: loop, url: try await RedisURL(TestRedis.shared().url), observability: observability)
        await client.start()
        #expect(await eventually { await client.isConnected })
        try await observability.tracer.withSpan("caller") { _ in
            _ = try await client.command(["SET", "observed", "secret"])
            _ = await redisError { _ = try await client.command(["LPUSH", "observed", "secret"]) }
        }
        let spans = String(decoding: observability.tracer.takeBatch() ?? [], as: UTF8.self)
        #expect(spans.contains("\"redis SET\"") && spans.contains("\"redis LPUSH\""))
        let metrics = String(decoding: observability.metrics.render(openMetrics: false), as: UTF8.self)
        #expect(metrics.contains(#"redis_command_duration_seconds_count{command="SET"} 1"#))
        #expect(metrics.contains(#"redis_errors_total{command="LPUSH",kind="server"} 1"#))
        for text in [spans, metrics] { #expect(!text.contains("secret") && !text.contains("observed")) }
        await client.stop()
        loop.stop()
    }
}
