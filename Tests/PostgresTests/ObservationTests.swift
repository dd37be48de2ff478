import Loop
import Postgres
import Servers
import Support
import Synchronization
import Telemetry
import Testing

/// What outsiders see of statements.
@Suite struct ObservationTests {
    private static let echo = Statement("echo.text", "SELECT $1::text AS value")
    private static let wrong = Statement("echo.wrong", "SELECT $1::text::integer AS value")

    @Test func eachStatementHasASpanUnderItsCallersAndADurationAndNothingOfItsParameters() async throws {
        let lines = Mutex<[UInt8]>([])
        let observability = Observability(
            logger: Logger(service: "test", level: .debug, secrets: []) { line in lines.withLock { $0 += line } },
            metrics: Metrics(), tracer: Tracer(service: "test", instance: "1", isEnabled: true))
        let server = try await TestPostgres.start()
        let database = try await server.database()
        let loop = try EventLoop(name: "pool")
        let pool = PostgresPool(
            loop: loop, url: database.url, size: 1, applicationName: "tests", observability: observability)
        await pool.start()
        let caller = try await observability.tracer.withSpan("caller") { span in
            _ = try await pool.query(Self.echo, [.text("secret")])
            _ = await postgresError { _ = try await pool.query(Self.wrong, [.text("secret")]) }
            return span.context
        }
        let spans = String(decoding: observability.tracer.takeBatch() ?? [], as: UTF8.self)
        let parent = "\"parentSpanId\":\"" + caller.traceparent.split(separator: "-")[2] + "\""
        #expect(spans.contains("\"db echo.text\"") && spans.contains("\"db echo.wrong\""))
        #expect(spans.ranges(of: parent).count == 2)
        #expect(spans.contains("22P02"))
        let metrics = String(decoding: observability.metrics.render(openMetrics: false), as: UTF8.self)
        #expect(metrics.contains(#"postgres_query_duration_seconds_count{statement="echo.text"} 1"#))
        #expect(metrics.contains(#"postgres_errors_total{statement="echo.wrong",kind="server"} 1"#))
        #expect(metrics.contains("postgres_connections 1"))
        await server.kill()
        #expect(
            await eventually {
                let log = String(decoding: lines.withLock(\.self), as: UTF8.self)
                return log.contains("database connected") && log.contains("database connections lost")
                    && log.contains("database away")
            })
        await pool.stop()
        loop.stop()
        for text in [spans, metrics, String(decoding: lines.withLock(\.self), as: UTF8.self)] {
            #expect(!text.contains("secret"))
        }
    }
}
