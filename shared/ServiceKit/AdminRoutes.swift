import HTTP
import JSON
import Telemetry

/// What operators and probes ask of every service (DESIGN.md §5).
enum AdminRoutes {
    static func add(to router: inout HTTPRouter, health: Health, metrics: Metrics) {
        router.on("GET", "/health/live") { _ in try HTTPResponse.json(200, ["status": "ok"]) }
        router.on("GET", "/health/ready") { _ in
            let readiness = await health.readiness
            var body = JSONWriter()
            body.beginObject()
            body.key("status")
            body.string(readiness.status)
            for check in readiness.checks {
                body.key(check.name)
                body.string(check.isOK ? "ok" : "unavailable")
            }
            body.endObject()
            return .json(readiness.isReady ? 200 : 503, bytes: body.bytes)
        }
        router.on("GET", "/health/traffic") { _ in
            let takesTraffic = await health.takesTraffic
            return try HTTPResponse.json(takesTraffic ? 200 : 503, ["status": takesTraffic ? "ok" : "unavailable"])
        }
        router.on("GET", "/metrics") { request in
            let isOpen = request.headers.first("Accept")?.contains("application/openmetrics-text") == true
            let type =
                isOpen
                ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                : "text/plain; version=0.0.4; charset=utf-8"
            return .bytes(200, metrics.render(openMetrics: isOpen), type: type)
        }
    }
}
