import Support
import Testing

@testable import orchestrator

@Suite struct TokenizerTests {
    private func texts(_ message: String) -> [String] { Tokenizer.words(in: message).tokens.map(\.text) }

    @Test(arguments: [
        ("¿Tienen UNA Habitación?", ["¿", "tienen", "una", "habitacion", "?"]),
        ("João não", ["joao", "nao"]),
        ("I'd don’t O'Neill", ["id", "dont", "oneill"]),
        ("'quoted'", ["'", "quoted", "'"]),
        ("3rd dec3", ["3", "rd", "dec", "3"]),
        ("holaaaa siiii", ["hola", "si"]),
        ("3/12–5/12", ["3", "/", "12", "-", "5", "/", "12"]),
        ("１２ ｄｏｓ", ["12", "dos"]),
        ("٣ مرحبا", ["3", "مرحبا"]),
        ("👍🏽 ok", ["👍", "ok"]),
        ("do\u{200B}ble e\u{301}l \u{202E}x", ["doble", "el", "x"]),
        ("a\u{0}b", ["a", "b"]),
        ("", []), (" \t\u{A0}", []),
    ])
    func foldsCaseAccentsAndInvisibleCharacters(_ message: String, _ expected: [String]) {
        #expect(texts(message) == expected)
    }

    @Test func keepsPlacesInTheOriginal() {
        let words = Tokenizer.words(in: "¡Sí!  María José, 3º")
        #expect(words.original(3..<5) == "María José")
        #expect(words.tokens[6].isGlued == false)
        #expect(words.tokens[7].isGlued)
        #expect(words.tokens[3].isCapitalised)
        #expect(words.tokens[3].marks.contains(.acute))
    }

    @Test func readsNoMoreThanItsLimit() {
        let long = String(repeating: "ñandú ", count: 40_000)
        let words = Tokenizer.words(in: long)
        #expect(words.bytes.count <= Words.maximumBytes)
        #expect(words.count <= Words.maximumBytes / 2)
    }

    /// Whatever comes, the tokens lie in order inside the message.
    @Test func randomScalarsGiveOrderedTokens() {
        var random = SeededGenerator(seed: 41)
        for _ in 0..<3000 {
            var message = ""
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let wide = Bool.random(using: &random)
                if let scalar = Unicode.Scalar(UInt32.random(in: 0...(wide ? 0x1F9FF : 0x180), using: &random)) {
                    message.unicodeScalars.append(scalar)
                }
            }
            let words = Tokenizer.words(in: message)
            var end = 0
            for token in words.tokens {
                #expect(token.range.lowerBound >= end && !token.range.isEmpty && !token.text.isEmpty)
                end = token.range.upperBound
            }
            #expect(end <= message.utf8.count)
        }
    }
}
