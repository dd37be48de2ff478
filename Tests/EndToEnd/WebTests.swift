import JSON
import Servers
import Testing

extension EndToEnd {
    @Suite struct WebTests {
        @Test func oneVisitorsTokenOpensNoOthersConversation() async throws {
            let system = try await EndToEnd.system()
            let first = try await system.visitor()
            let second = try await system.visitor()
            _ = try await first.say("¿hay wifi?")
            #expect(first.conversation != second.conversation)
            let own = try await system.send("GET", "/api/chat/history", headers: first.headers)
            #expect(own.json?["messages"]?.elements.count == 2)
            let others = try await system.send("GET", "/api/chat/history", headers: second.headers)
            #expect(others.json?["messages"]?.elements.isEmpty == true)
            #expect(await second.events.messages.isEmpty)
        }

        @Test func aTokenThatWasNotSignedHereOpensNothing() async throws {
            let system = try await EndToEnd.system()
            let visitor = try await system.visitor()
            let parts = visitor.token.split(separator: ".")
            let other = try await system.visitor().token.split(separator: ".")
            for token in [
                "", "x", "\(parts[0]).", "\(parts[0]).\(other[1])", "\(other[0]).\(parts[1])", visitor.token + "A",
            ] {
                let answer = try await system.send(
                    "GET", "/api/chat/history", headers: ["Authorization": "Bearer \(token)"])
                #expect(answer.status == 401)
            }
        }

        @Test func htmlInAMessageStaysText() async throws {
            let system = try await EndToEnd.system()
            let visitor = try await system.visitor()
            let html = "<img src=x onerror=alert(1)> <b>¿hay wifi?</b>"
            _ = try await visitor.say(html)
            let history = try await system.send("GET", "/api/chat/history", headers: visitor.headers)
            #expect(history.json?["messages"]?.elements.first?["content"]?["text"]?.string == html)
            #expect(history.headers.first("Content-Type")?.hasPrefix("application/json") == true)
        }

        @Test(arguments: ["/chat", "/chat/assets/chat.js", "/api/chat/history", "/no/such/page"])
        func everyAnswerHasAStrictPolicy(_ path: String) async throws {
            let system = try await EndToEnd.system()
            let answer = try await system.send("GET", path)
            let policy = answer.headers.first("Content-Security-Policy") ?? ""
            #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"))
            #expect(!policy.contains("unsafe"))
            #expect(answer.headers.first("X-Content-Type-Options") == "nosniff")
        }

        @Test func aStreamThatComesAgainMissesNothing() async throws {
            let system = try await EndToEnd.system()
            let visitor = try await system.visitor()
            _ = try await visitor.say("¿hay wifi?")
            await visitor.events.close()
            try await visitor.write("¿y parking?")
            await visitor.events.reopen()
            #expect(try await visitor.next().text.contains("aparcamiento"))
            #expect(await visitor.events.messages.count == 2)
        }
    }
}
