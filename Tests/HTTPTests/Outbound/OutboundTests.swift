import HTTP
import Loop
import Support
import Synchronization
import Telemetry
import Testing

@Suite struct OutboundTests {
    static func echo(_ router: inout HTTPRouter) {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            router.on(method, "/echo") { request in
                HTTPResponse(
                    202,
                    headers: [
                        "X-Method": request.method, "X-Port": "\(request.remoteAddress?.port ?? 0)",
                        "X-Type": request.headers.first("Content-Type") ?? "none",
                        "X-Empty": "", "X-Query": request.query.first("q") ?? "none",
                        "X-Traced":
                            "\(request.headers.contains("traceparent") && request.headers.contains("uber-trace-id"))",
                        "X-Own": request.headers.first("X-Own") ?? "none",
                    ], body: .bytes(request.body))
            }
        }
    }

    @Test(arguments: ["GET", "POST", "PUT", "PATCH", "DELETE"])
    func sendsEveryMethodWithWhatItCarries(_ method: String) async throws {
        try await TestServer.run(Self.echo) { server in
            let outbound = Outbound.toward(server)
            let empty = try await outbound.send(
                OutboundRequest(method, "\(server.url)/echo?q=a%20b"), deadline: .seconds(10))
            #expect(empty.status == 202)
            #expect(empty.headers.first("x-method") == method)
            #expect(empty.headers.first("X-Type") == "none")
            #expect(empty.headers.first("X-Empty") == "")
            #expect(empty.headers.first("X-Query") == "a b")
            #expect(empty.headers.first("X-Traced") == "true")
            #expect(empty.body.isEmpty)
            let body = [UInt8](repeating: 7, count: 2 << 20)
            let full = try await outbound.send(
                OutboundRequest(
                    method, "\(server.url)/echo", headers: ["Content-Type": "audio/ogg", "X-Own": "ñ"],
                    body: .bytes(body), responseLimit: 3 << 20),
                deadline: .seconds(10))
            #expect(full.headers.first("X-Type") == "audio/ogg")
            #expect(full.headers.first("X-Own") == "ñ")
            #expect(full.body == body)
            await outbound.close()
        }
    }

    @Test func anAnswerToHeadTellsALengthAndHasNoBody() async throws {
        try await TestServer.run {
            $0.on("GET", "/large") { _ in .bytes(200, [UInt8](repeating: 65, count: 1_000), type: "x") }
        } _: { server in
            let outbound = Outbound.toward(server)
            let response = try await outbound.send(
                OutboundRequest("HEAD", "\(server.url)/large", responseLimit: 10), deadline: .seconds(10))
            #expect(response.status == 200)
            #expect(response.headers.first("Content-Length") == "1000")
            #expect(response.body.isEmpty)
            await outbound.close()
        }
    }

    @Test func usesItsConnectionsAgain() async throws {
        try await TestServer.run(Self.echo) { server in
            let outbound = Outbound.toward(server)
            var ports: Set<String> = []
            for _ in 0..<20 {
                let response = try await outbound.send(
                    OutboundRequest("POST", "\(server.url)/echo", body: .bytes([1])), deadline: .seconds(10))
                ports.insert(response.headers.first("X-Port") ?? "")
            }
            #expect(ports.count == 1)
            await outbound.close()
        }
    }

    @Test func manyRequestsAtOnceShareAFewConnections() async throws {
        try await TestServer.run(Self.echo) { server in
            let outbound = Outbound.toward(server, maximumConnections: 4, maximumInFlight: 200)
            let ports = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let response = try await outbound.send(
                            OutboundRequest("POST", "\(server.url)/echo", body: .bytes(Array("\(number)".utf8))),
                            deadline: .seconds(20))
                        #expect(response.body == Array("\(number)".utf8))
                        return response.headers.first("X-Port") ?? ""
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect((1...4).contains(ports.count))
            #expect(await outbound.inFlight == 0)
            await outbound.close()
        }
    }

    @Test func sendsAForm() async throws {
        try await TestServer.run(Self.echo) { server in
            let outbound = Outbound.toward(server)
            let response = try await outbound.send(
                OutboundRequest(
                    "POST", "\(server.url)/echo", headers: ["Content-Type": "ignored"],
                    body: .multipart([
                        MultipartPart(name: "a", text: "b"),
                        MultipartPart(name: "file", filename: "v.ogg", contentType: "audio/ogg", bytes: [0, 255]),
                    ])), deadline: .seconds(10))
            let type = try #require(response.headers.first("X-Type"))
            #expect(type.hasPrefix("multipart/form-data; boundary="))
            let boundary = try #require(type.split(separator: "=").last)
            #expect(
                response.body.starts(with: Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"a\"".utf8)))
            #expect(response.body.firstRange(of: [0, 255]) != nil)
            await outbound.close()
        }
    }

    @Test func doesNotFollowRedirects() async throws {
        try await TestServer.run {
            $0.on("GET", "/") { _ in .redirect(302, to: "/else") }
        } _: { server in
            let outbound = Outbound.toward(server)
            let response = try await outbound.send(OutboundRequest("GET", server.url), deadline: .seconds(10))
            #expect(response.status == 302)
            #expect(response.headers.first("Location") == "/else")
            await outbound.close()
        }
    }

    @Test func refusesOtherSchemesHostsAndURLsWithPasswordsWithoutSendingThem() async throws {
        try await TestServer.run(Self.echo) { server in
            let outbound = Outbound.toward(server)
            for url in [
                "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "not a url", "", "127.0.0.1/",
                "http://user:secret@127.0.0.1/",
            ] {
                let error = try await outbound.failure(OutboundRequest("GET", url))
                #expect(error.phase == .invalid)
                #expect(!error.wasSent)
                #expect(!error.description.contains("secret"))
            }
            let pinned = OutboundRequest("GET", "\(server.url)/echo", allowedHosts: ["graph.facebook.com"])
            #expect(try await outbound.failure(pinned).phase == .hostNotAllowed)
            let allowed = OutboundRequest("GET", "\(server.url)/echo", allowedHosts: ["127.0.0.1"])
            #expect(try await outbound.send(allowed, deadline: .seconds(10)).status == 202)
            await outbound.close()
        }
    }
}
