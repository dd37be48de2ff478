import Crypto
import Testing

@Suite struct CryptoTests {
    @Test func hashesWhatFIPS180Shows() {
        #expect(hex(sha256(Array("abc".utf8))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(hex(sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func authenticatesWhatRFC4231Shows() {
        let mac = hmacSHA256(key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8))
        #expect(hex(mac) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(hmacSHA256(key: [], message: []).count == 32)
    }

    @Test func comparesByContent() {
        #expect(equalInConstantTime([1, 2, 3], [1, 2, 3]))
        #expect(!equalInConstantTime([1, 2, 3], [1, 2, 4]))
        #expect(!equalInConstantTime([1, 2], [1, 2, 3]))
        #expect(equalInConstantTime([], []))
    }

    @Test func encodingsReturnWhatTheyWereGiven() {
        for length in 0..<70 {
            let original = randomBytes(length)
            #expect(bytes(fromHex: hex(original)) == original)
            #expect(bytes(fromBase64URL: base64URL(original)) == original)
        }
        #expect(base64URL(Array("foobar".utf8)) == "Zm9vYmFy")
    }

    @Test(arguments: ["A", "A=", "AB", "Zg==", "a b", "é"])
    func refusesWhatIsNotBase64URL(_ text: String) {
        #expect(bytes(fromBase64URL: text) == nil)
    }

    @Test(arguments: ["a", "0g", "0x"])
    func refusesWhatIsNotHex(_ text: String) {
        #expect(bytes(fromHex: text) == nil)
    }
}
