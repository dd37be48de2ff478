import Foundation
import Postgres
import Servers
import Support
import Testing

extension EndToEnd {
    @Suite struct BadInputTests {
        private let path = "/api/webhooks/whatsapp"

        @Test func aWrongSignatureIsRefusedAndCounted() async throws {
            let system = try await EndToEnd.system()
            let before = try await system.metric("webhook_refused_total", [#"reason="signature""#], of: "gateway")
            let guest = await system.guest()
            let good = await guest.webhook(.text("hola"))
            let wrong = GraphWebhook(signing: good.body, secret: "another secret")
            #expect(await system.post(wrong) == 401)
            #expect(
                try await system.send("POST", path, headers: ["Content-Type": "application/json"], body: good.body)
                    .status == 401)
            let after = try await system.metric("webhook_refused_total", [#"reason="signature""#], of: "gateway")
            #expect(after - before == 2)
            #expect(try await system.inbound(of: guest) == (0, 0))
        }

        @Test func theVerifyTokenOpensAndAWrongOneDoesNot() async throws {
            let system = try await EndToEnd.system()
            let query = "?hub.mode=subscribe&hub.challenge=TEST123&hub.verify_token="
            let right = try await system.send("GET", path + query + system.environment.verifyToken)
            #expect(right.status == 200)
            #expect(right.text == "TEST123")
            #expect(try await system.send("GET", path + query + "wrong").status == 403)
        }

        @Test func thePayloadOfTheDeploymentPlanIsAnsweredOnce() async throws {
            let system = try await EndToEnd.system()
            let body = """
                {
                    "object": "whatsapp_business_account",
                    "entry": [{
                      "changes": [{
                        "value": {
                          "messages": [{
                            "from": "1234567890",
                            "id": "wamid.test123",
                            "timestamp": "1697553600",
                            "text": {"body": "Hola, necesito hacer una reserva"},
                            "type": "text"
                          }]
                        }
                      }]
                    }]
                  }
                """
            #expect(await system.post(system.signed(Array(body.utf8))) == 200)
            #expect(await eventually { await system.graph.count(to: "1234567890") == 1 })
            #expect(await system.post(system.signed(Array(body.utf8))) == 200)
            let guest = await system.guest()
            _ = try await guest.say("¿hay wifi?")
            #expect(await system.graph.texts(to: "1234567890").count == 1)
        }

        @Test(arguments: [
            "", "nonsense", "[]", "{}", #"{"object":"page","entry":[]}"#, #"{"object":"whatsapp_business_account"}"#,
            #"{"object":"whatsapp_business_account","entry":5}"#, #"{"object":1,"object":2}"#,
        ])
        func aBodyThatIsNoWebhookIsRefused(_ body: String) async throws {
            let system = try await EndToEnd.system()
            #expect(await system.post(system.signed(Array(body.utf8))) == 400)
        }

        @Test func aBodyOverThreeMegabytesIsRefused() async throws {
            let system = try await EndToEnd.system()
            let body = [UInt8](repeating: UInt8(ascii: " "), count: 3_100_000) + Array("{}".utf8)
            let length = "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 3145729\r\n\r\n"
            let answer = await RawExchange.send(Array(length.utf8), port: system.environment.gatewayPort)
            #expect(answer?.hasPrefix("HTTP/1.1 413 ") == true)
            // Within the limit, it is read to its end and is no webhook.
            #expect(await system.post(system.signed(body)) == 400)
            let guest = await system.guest()
            #expect(try await guest.say("¿hay wifi?").text.lowercased().contains("wifi"))
        }

        @Test func halfARequestAndSilenceHoldsNobodyUp() async throws {
            let system = try await EndToEnd.system()
            let half = Array("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Le".utf8)
            async let answer = RawExchange.send(half, port: system.environment.gatewayPort, within: .seconds(20))
            let guest = await system.guest()
            #expect(try await guest.say("¿hay wifi?").text.lowercased().contains("wifi"))
            #expect(await answer?.hasPrefix("HTTP/1.1 408 ") == true)
        }

        @Test func oneBrokenElementLosesNoOther() async throws {
            let system = try await EndToEnd.system()
            let guest = await system.guest()
            let good = String(decoding: await guest.webhook(.text("¿hay wifi?")).body, as: UTF8.self)
            let broken = good.replacingOccurrences(
                of: #""messages":["#, with: #""messages":[{"from":"34600000001","type":"text"},7,{"id":null},"#)
            #expect(broken != good)
            #expect(await system.post(system.signed(Array(broken.utf8))) == 200)
            #expect(try await guest.next().text.lowercased().contains("wifi"))
            #expect(try await system.metric("webhook_refused_total", [#"reason="broken_element""#], of: "gateway") >= 3)
        }

        @Test func anUnknownKindOfMessageIsKeptAndAnsweredPolitely() async throws {
            let system = try await EndToEnd.system()
            let guest = await system.guest()
            let text = String(decoding: await guest.webhook(.text("x")).body, as: UTF8.self)
            let unknown = text.replacingOccurrences(
                of: #""type":"text","text":{"body":"x"}"#, with: #""type":"hologram","hologram":{"depth":3}"#)
            #expect(unknown != text)
            #expect(await system.post(system.signed(Array(unknown.utf8))) == 200)
            #expect(try await guest.next().text.contains("no lo puedo abrir"))
            let raw = "SELECT encode(raw, 'escape') FROM inbound_messages WHERE address = $1"
            #expect(try await system.value(raw, [.text(guest.phone)]).contains(#""hologram":{"depth":3}"#))
        }

        @Test(arguments: [
            "🏨🛏️👍🏽", "مرحبا، هل لديكم غرفة؟", "שלום \u{202E}abc", "a\u{0}b\u{0}", "\u{0}", "   ", "💳 4111",
            "' OR 1=1; DROP TABLE hotels; --", "{{name}} %s %n ${x}", String(repeating: "ñ", count: 20_000),
            String(repeating: "hola ", count: 4_000),
        ])
        func aStrangeTextIsAnswered(_ text: String) async throws {
            let system = try await EndToEnd.system()
            let guest = await system.guest()
            let reply = try await guest.say(text)
            // It says what it is, in whichever language it takes this for.
            #expect(
                reply.text.contains(/asistente automático|automatic assistant|assistente automático/), "\(reply.text)")
            #expect(text.count < 10_000 || reply.text.contains(/muy largo|very long|muito longa/))
            #expect(try await system.inbound(of: guest) == (0, 1))
        }

        @Test(arguments: Way.allCases)
        func aCardNumberIsHiddenAndSaidSo(by way: Way) async throws {
            let system = try await EndToEnd.system()
            let guest = try await way.talker(system)
            let reply = try await guest.say("mi tarjeta es 4539 1488 0343 6467, cvv 123. ¿hay wifi?")
            #expect(reply.text.contains("tarjetas"))
            #expect(
                try await system.value("SELECT count(*) FROM inbound_messages WHERE content::text LIKE '%0343%'") == "0"
            )
        }
    }
}
