import Servers
import Testing

/// The stand-in must refuse what Meta refuses: else a test that passes says nothing.
@Suite struct GraphRulesTests {
    private func code(_ json: String) -> Int? {
        do {
            _ = try GraphRules.check(Array(json.utf8), isVoice: { $0 == "1" ? true : $0 == "2" ? false : nil })
            return nil
        } catch {
            return error.code
        }
    }

    private func message(_ rest: String) -> String {
        #"{"messaging_product":"whatsapp","to":"34600111222",\#(rest)}"#
    }

    @Test func takesWhatIsRight() {
        #expect(
            code(message(#""type":"text","text":{"body":"hola","preview_url":false},"biz_opaque_callback_data":"7""#))
                == nil)
        #expect(code(message(#""type":"audio","audio":{"id":"1","voice":true}"#)) == nil)
        #expect(
            code(#"{"messaging_product":"whatsapp","recipient":"ES.1a","type":"text","text":{"body":"hola"}}"#) == nil)
        #expect(
            code(
                #"{"messaging_product":"whatsapp","status":"read","message_id":"wamid.x","typing_indicator":{"type":"text"}}"#
            ) == nil)
    }

    @Test(arguments: [
        ("", 100), ("[]", 100),
        (#"{"messaging_product":"sms","to":"34600111222","type":"text","text":{"body":"a"}}"#, 100),
        (#"{"to":"34600111222","type":"text","text":{"body":"a"}}"#, 131_008),
        (#"{"messaging_product":"whatsapp","type":"text","text":{"body":"a"}}"#, 131_008),
        (#"{"messaging_product":"whatsapp","to":"+34600111222","type":"text","text":{"body":"a"}}"#, 131_009),
        (#"{"messaging_product":"whatsapp","recipient":"34600111222","type":"text","text":{"body":"a"}}"#, 131_009),
    ])
    func refusesABadEnvelope(json: String, expected: Int) {
        #expect(code(json) == expected)
    }

    @Test(arguments: [
        (#""type":"text","text":{"body":" "}"#, 131_009), (#""type":"text","text":{"body":"a","color":"red"}"#, 100),
        (#""type":"text","text":{"body":"a"},"note":"x""#, 100), (#""type":"text","text":{"body":7}"#, 100),
        (#""type":"video","video":{"id":"1"}"#, 100), (#""type":"audio","audio":{"id":"9","voice":true}"#, 131_009),
        (#""type":"audio","audio":{"id":"2","voice":true}"#, 131_009),
        (#""type":"location","location":{"latitude":"36","longitude":4}"#, 131_008),
        (#""type":"location","location":{"latitude":96,"longitude":4}"#, 131_009),
    ])
    func refusesABadMessage(rest: String, expected: Int) {
        #expect(code(message(rest)) == expected)
    }

    private func buttons(_ titles: [String], body: String = "a") -> String {
        let buttons = titles.enumerated().map { #"{"type":"reply","reply":{"id":"\#($0)","title":"\#($1)"}}"# }
        return message(
            #""type":"interactive","interactive":{"type":"button","body":{"text":"\#(body)"},"action":{"buttons":[\#(buttons.joined(separator: ","))]}}"#
        )
    }

    private func list(rows: Int, opener: String = "Ver") -> String {
        let rows = (0..<rows).map { #"{"id":"\#($0)","title":"t\#($0)"}"# }
        return message(
            #""type":"interactive","interactive":{"type":"list","body":{"text":"a"},"action":{"button":"\#(opener)","sections":[{"rows":[\#(rows.joined(separator: ","))]}]}}"#
        )
    }

    @Test func keepsTheLimitsOfChoices() {
        #expect(code(buttons(["a", "b", "c"])) == nil)
        #expect(code(buttons(["a", "b", "c", "d"])) == 131_009)
        #expect(code(buttons([])) == 131_009)
        #expect(code(buttons(["a", "a"])) == 131_009)
        #expect(code(buttons([String(repeating: "a", count: 21)])) == 131_009)
        #expect(code(buttons(["a"], body: String(repeating: "a", count: 1_025))) == 131_009)
        #expect(code(list(rows: 10)) == nil)
        #expect(code(list(rows: 11)) == 131_009)
        #expect(code(list(rows: 1, opener: String(repeating: "a", count: 21))) == 131_009)
    }

    @Test func signsAsMetaDoes() {
        // RFC 4231 §4.3.
        let webhook = GraphWebhook(signing: Array("what do ya want for nothing?".utf8), secret: "Jefe")
        #expect(webhook.signature == "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }
}
