import Foundation
import Servers
import Support
import Testing

extension EndToEnd {
    @Suite struct HealthTests {
        static let services = ["gateway", "orchestrator", "pms-adapter", "tts", "notifier"]

        @Test(arguments: services)
        func healthIsToldAsTheDesignSays(of service: String) async throws {
            let system = try await EndToEnd.system()
            let live = try await system.get("/health/live", of: service)
            #expect(live.status == 200)
            #expect(live.text == #"{"status":"ok"}"#)
            let traffic = try await system.get("/health/traffic", of: service)
            #expect(traffic.status == 200)
            #expect(traffic.text == #"{"status":"ok"}"#)
            let ready = try await system.get("/health/ready", of: service)
            #expect(ready.status == 200)
            #expect(ready.text.hasPrefix(#"{"status":"ready","database":"ok""#), "\(ready.text)")
            #expect(ready.json?.members.allSatisfy { $0.key == "status" || $0.value.string == "ok" } == true)
        }

        @Test func theGatewaySaysWhichDependenciesItHas() async throws {
            let ready = try await EndToEnd.system().get("/health/ready", of: "gateway").text
            #expect(ready.hasPrefix(#"{"status":"ready","database":"ok","redis":"ok","#), "\(ready)")
            #expect(ready.contains(#""pms":"ok""#))
        }

        @Test func thePMSIsNamed() async throws {
            let system = try await EndToEnd.system()
            #expect(
                try await system.get("/api/internal/pms-status", of: "gateway").text
                    == #"{"status":"ok","type":"mock"}"#)
        }

        @Test(arguments: services, ["text/plain", "application/openmetrics-text"])
        func metricsPassPromtool(of service: String, as type: String) async throws {
            let system = try await EndToEnd.system()
            let guest = await system.guest()
            _ = try await guest.say("¿hay wifi?")
            let port = await system.member(service).http
            let answer = try await system.outbound.send(
                .init("GET", "http://127.0.0.1:\(port)/metrics", headers: ["Accept": type]), deadline: .seconds(5))
            #expect(answer.status == 200)
            #expect(answer.headers.first("Content-Type")?.hasPrefix(type) == true)
            #expect(answer.text.contains("process_resident_memory_bytes"))
            guard type == "text/plain" else {
                #expect(answer.text.hasSuffix("# EOF\n"))
                return
            }
            let promtool = "/usr/bin/promtool"
            guard FileManager.default.isExecutableFile(atPath: promtool) else {
                withKnownIssue("promtool is not installed") { Issue.record("metrics were not checked") }
                return
            }
            let file = FileManager.default.temporaryDirectory.appending(path: "metrics-\(UUID().uuidString)")
            try Data(answer.body).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let check = try SpawnedProcess("/bin/sh", ["-c", "\(promtool) check metrics < \(file.path)"])
            #expect(await check.waitForExit(within: .seconds(20)) == 0, "\(check.lines.joined(separator: "\n"))")
            #expect(check.lines.isEmpty, "\(check.lines.joined(separator: "\n"))")
        }

        @Test func requestsAreCountedByRouteAndNeverByRawPath() async throws {
            let system = try await EndToEnd.system()
            _ = try await system.send("GET", "/api/chat/media/123456")
            _ = try await system.send("GET", "/no/such/path/4711")
            let text = try await system.get("/metrics", of: "gateway").text
            #expect(text.contains(#"path="/api/chat/media/{id}""#))
            #expect(text.contains(#"path="unmatched""#))
            #expect(!text.contains("4711"))
            #expect(try await system.metric("http_requests_total", [#"status="404""#], of: "gateway") >= 1)
        }
    }
}
