import Contracts
import JSON
import Support
import Testing

@testable import gateway

@Suite struct WebhookPayloadTests {
    static func payload(_ messages: String, contacts: String = "[]", metadata: Bool = true) -> [UInt8] {
        let number = metadata ? #""metadata":{"phone_number_id":"555"},"# : ""
        let value = #"{"messaging_product":"whatsapp",\#(number)"contacts":\#(contacts),"messages":\#(messages)}"#
        return Array(
            #"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":\#(value)}]}]}"#
                .utf8)
    }

    @Test func readsATextWithItsGuestAndNumber() throws {
        let body = Self.payload(
            #"[{"from":"34600111222","id":"wamid.1","timestamp":"1795453320","type":"text","text":{"body":"Hola"}}]"#,
            contacts: #"[{"wa_id":"34600111222","profile":{"name":"Ana"}}]"#)
        let message = try #require(WebhookPayload(body).messages.first)
        #expect(message.phoneNumberID == "555")
        #expect(message.phone == "34600111222")
        #expect(message.userID == nil)
        #expect(message.profileName == "Ana")
        #expect(message.sentAt == 1_795_453_320)
        #expect(message.content == InboundContent(kind: .text, text: "Hola"))
    }

    @Test func theDeploymentPlansOwnPayloadIsAMessage() throws {
        let body = #"""
            {"object":"whatsapp_business_account","entry":[{"changes":[{"value":{"messages":[{"from":"1234567890","id":"wamid.test123",
            "timestamp":"1697553600","text":{"body":"Hola, necesito hacer una reserva"},"type":"text"}]}}]}]}
            """#
        let payload = try WebhookPayload(Array(body.utf8))
        #expect(payload.messages.count == 1)
        #expect(payload.messages.first?.phoneNumberID == nil)
    }

    @Test func aBrokenElementLosesNoOther() throws {
        let body = Self.payload(
            #"[{"type":"text"},17,{"from":"34600111222","id":"wamid.2","type":"text","text":{"body":"bien"}},{"id":"","from":"1"}]"#
        )
        let payload = try WebhookPayload(body)
        #expect(payload.messages.map(\.id) == ["wamid.2"])
        #expect(payload.brokenElements == 3)
    }

    /// Whatever the database would refuse must not make the provider send the same webhook for days.
    @Test func aReceiptOrANumberThatCannotBeStoredIsABrokenElement() throws {
        func payload(_ number: String, _ statuses: String) throws -> WebhookPayload {
            let value = #"{"metadata":{"phone_number_id":"\#(number)"},"statuses":[\#(statuses)]}"#
            return try WebhookPayload(
                Array(
                    #"{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":\#(value)}]}]}"#
                        .utf8))
        }
        let good = #"{"id":"wamid.1","status":"sent"}"#
        let nul = try payload("555", #"{"id":"wamid\u0000","status":"sent"},\#(good)"#)
        #expect(nul.statuses.map(\.providerID) == ["wamid.1"])
        #expect(nul.brokenElements == 1)
        #expect(try payload("5\\u0000", good).statuses.isEmpty)
        let huge = try payload("555", #"{"id":"wamid.2","status":"failed","errors":[{"code":99999999999}]}"#)
        #expect(huge.statuses.count == 1)
        #expect(huge.statuses.first?.errorCode == nil)
    }

    @Test(
        "knows each kind of message",
        arguments: [
            (
                #""type":"interactive","interactive":{"button_reply":{"id":"choose|1|double","title":"Doble"}}"#,
                InboundContent.Kind.button
            ),
            (#""type":"interactive","interactive":{"list_reply":{"id":"x","title":"Doble"}}"#, .button),
            (#""type":"button","button":{"payload":"x","text":"Sí"}"#, .button),
            (#""type":"audio","audio":{"id":"m1","voice":true}"#, .voice),
            (#""type":"image","image":{"id":"m1","caption":"mira"}"#, .image),
            (#""type":"sticker","sticker":{"id":"m"}"#, .sticker),
            (#""type":"location","location":{"latitude":1,"longitude":2}"#, .location),
            (#""type":"contacts","contacts":[]"#, .contacts),
            (#""type":"reaction","reaction":{"emoji":"👍"}"#, .reaction),
            (#""type":"system","system":{"type":"user_changed_number"}"#, .system),
            (#""type":"order","order":{}"#, .unsupported), (#""type":"hologram""#, .unsupported),
            (#""text":{"body":"x"}"#, .unsupported),
        ])
    func kinds(_ fields: String, _ kind: InboundContent.Kind) throws {
        let body = Self.payload(#"[{"from":"34600111222","id":"wamid.1",\#(fields)}]"#)
        #expect(try WebhookPayload(body).messages.first?.content.kind == kind)
    }

    @Test func aGuestWithoutAPhoneIsKnownByTheirUserID() throws {
        let body = Self.payload(
            #"[{"from_user_id":"ES.abc123","id":"wamid.1","type":"text","text":{"body":"hi"}}]"#,
            contacts: #"[{"user_id":"ES.abc123","profile":{"name":"Ana"}}]"#)
        let message = try #require(WebhookPayload(body).messages.first)
        #expect(message.phone == nil)
        #expect(message.userID == "ES.abc123")
    }

    @Test func aCardIsMaskedInTheTextAndInTheElementThatIsKept() throws {
        let body = Self.payload(
            #"[{"from":"34600111222","id":"wamid.4111111111111111","type":"text","text":{"body":"4111 1111 1111 \u0031111 \"cvv 123\""}}]"#
        )
        let message = try #require(WebhookPayload(body).messages.first)
        #expect(message.content.maskedCard == true)
        #expect(message.content.text == "**** **** **** 1111 \"cvv ***\"")
        let kept = try JSONDocument(message.raw).root
        #expect(kept["text"]?["body"]?.string == "**** **** **** 1111 \"cvv ***\"")
        #expect(kept["id"]?.string == "wamid.4111111111111111")
    }

    @Test func aVeryLongTextIsCutAndSaysSo() throws {
        let long = String(repeating: "é", count: 20_000)
        let body = Self.payload(#"[{"from":"34600111222","id":"w","type":"text","text":{"body":"\#(long)"}}]"#)
        let content = try #require(WebhookPayload(body).messages.first?.content)
        #expect(content.text?.count == 4_096)
        #expect(content.truncated == true)
    }

    @Test func aNULIsLeftOutBecauseTheDatabaseRefusesIt() throws {
        let body = Self.payload(#"[{"from":"34600111222","id":"w","type":"text","text":{"body":"a\u0000b"}}]"#)
        #expect(try WebhookPayload(body).messages.first?.content.text == "ab")
    }

    @Test func receiptsCarryOurIDAndTheErrorCode() throws {
        let body = #"""
            {"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"555"},
            "statuses":[{"id":"wamid.out","status":"failed","biz_opaque_callback_data":"42","errors":[{"code":131047}]},
            {"id":"wamid.out","status":"warned"}]}}]}]}
            """#
        let payload = try WebhookPayload(Array(body.utf8))
        #expect(payload.statuses.count == 1)
        #expect(payload.statuses.first?.outboundID == 42)
        #expect(payload.statuses.first?.errorCode == 131_047)
        #expect(payload.brokenElements == 1)
    }

    @Test(
        "refuses what is no webhook, with what would be right",
        arguments: ["", "x", "[]", "{}", #"{"object":"page","entry":[]}"#, #"{"object":"whatsapp_business_account"}"#])
    func refuses(_ body: String) {
        #expect(throws: WebhookError.self) { try WebhookPayload(Array(body.utf8)) }
    }

    @Test func aPayloadThatIsMutilatedAnywhereNeverEndsTheProcess() {
        var random = SeededGenerator(seed: 11)
        let whole = Self.payload(
            #"[{"from":"34600111222","id":"wamid.1","type":"text","text":{"body":"Hola 4111 1111 1111 1111"}},{"from":"34600111222","id":"w2","type":"image","image":{"id":"m","caption":"c"}}]"#,
            contacts: #"[{"wa_id":"34600111222","user_id":"ES.1","profile":{"name":"Ana"}}]"#)
        let pieces = [#"{}"#, "[]", "null", "-1", #""""#, "1e400", "true", #""\ud800""#].map { Array($0.utf8) }
        for _ in 0..<5_000 {
            var body = whole
            let start = Int.random(in: 0..<body.count, using: &random)
            let end = min(body.count, start + Int.random(in: 0..<24, using: &random))
            body.replaceSubrange(start..<end, with: pieces.randomElement(using: &random)!)
            guard let payload = try? WebhookPayload(body) else { continue }
            for message in payload.messages {
                #expect(!message.id.isEmpty && (message.phone != nil || message.userID != nil))
            }
        }
    }
}
