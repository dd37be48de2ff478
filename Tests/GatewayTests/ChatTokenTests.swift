import Testing

@testable import gateway

@Suite struct ChatTokenTests {
    private let key = Array("0123456789abcdef0123456789abcdef".utf8)

    @Test func aTokenComesBackAsItWasGiven() throws {
        let token = ChatToken.fresh(hotel: 3, now: 1_000)
        #expect(ChatToken(token.signed(with: key), key: key, now: 2_000) == token)
    }

    @Test func twoVisitorsHaveDifferentTokens() {
        #expect(ChatToken.fresh(hotel: 1, now: 0).visitor != ChatToken.fresh(hotel: 1, now: 0).visitor)
    }

    @Test func aTokenEndsWithItsTime() {
        let token = ChatToken.fresh(hotel: 3, now: 1_000)
        #expect(ChatToken(token.signed(with: key), key: key, now: token.expiresAt) == nil)
    }

    @Test func whatThisKeyDidNotSignOpensNothing() {
        let text = ChatToken.fresh(hotel: 3, now: 1_000).signed(with: key)
        #expect(ChatToken(text, key: Array("another key, another hotel".utf8), now: 2_000) == nil)
        for index in text.indices where text[index] != "." {
            var forged = text
            forged.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
            #expect(ChatToken(forged, key: key, now: 2_000) == nil)
        }
        for junk in ["", ".", "a.b", "..", String(repeating: "A", count: 600), "é.é"] {
            #expect(ChatToken(junk, key: key, now: 0) == nil)
        }
    }
}
