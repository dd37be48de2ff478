import Support
import Testing

@testable import HTTP

@Suite struct RequestParserFuzzTests {
    @Test func howTheBytesAreCutChangesNothing() {
        var generator = SeededGenerator(seed: 9_112)
        var texts = RequestCorpus.refused.map(\.text).filter { $0.utf8.count < 2_000 }
        texts += (0..<100).map { _ in (0..<3).map { _ in Self.request(&generator).text }.joined() }
        for text in texts {
            let bytes = Array(text.utf8)
            let whole = rendered([bytes])
            #expect(rendered(bytes.map { [$0] }) == whole)
            for _ in 0..<5 { #expect(rendered(Self.cut(bytes, &generator)) == whole) }
        }
    }

    @Test func whatWasWrittenIsRead() {
        var generator = SeededGenerator(seed: 9_110)
        for _ in 0..<2_000 {
            let requests = (0..<Int.random(in: 1...4, using: &generator)).map { _ in Self.request(&generator) }
            let bytes = Array(requests.map(\.text).joined().utf8)
            let read = rendered(Self.cut(bytes, &generator)).filter { $0.hasPrefix("body ") }
            #expect(read == requests.map { "body \($0.body)" })
        }
    }

    @Test func damagedRequestsNeitherCrashNorLeadOutNorGoOnAfterARefusal() {
        var generator = SeededGenerator(seed: 7_230)
        var refusals = 0
        for _ in 0..<20_000 {
            var bytes = Array((0..<2).map { _ in Self.request(&generator).text }.joined().utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) { Self.damage(&bytes, &generator) }
            let events = rendered(Self.cut(bytes, &generator))
            #expect(events == rendered([bytes]))
            if let index = events.firstIndex(where: { $0.hasPrefix("refused ") }) {
                refusals += 1
                #expect(index == events.count - 1)
            }
            #expect(!events.contains { $0.contains("/../") || $0.contains("\0") && !$0.hasPrefix("body ") })
        }
        #expect(refusals > 5_000)
    }

    private static func cut(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1...60, using: &generator))
            pieces.append(bytes[start..<end])
            start = end
        }
        return pieces
    }

    private static func request(_ generator: inout SeededGenerator) -> (text: String, body: String) {
        let fields = (0..<Int.random(in: 0...4, using: &generator)).map { "X-\($0): \(word(&generator))\r\n" }.joined()
        let path = "/\(word(&generator))?a=\(word(&generator))"
        guard Bool.random(using: &generator) else {
            return ("GET \(path) HTTP/1.1\r\nHost: example.org\r\n\(fields)\r\n", "")
        }
        let head = "POST \(path) HTTP/1.1\r\n\(fields)Host: example.org\r\n"
        let pieces = (0..<Int.random(in: 0...5, using: &generator)).map { _ in word(&generator) + "\r\n" }
        let body = pieces.joined()
        guard Bool.random(using: &generator) else {
            return ("\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)", body)
        }
        let chunks = pieces.map { "\(String($0.utf8.count, radix: 16));e=\(word(&generator))\r\n\($0)\r\n" }.joined()
        return ("\(head)Transfer-Encoding: chunked\r\n\r\n\(chunks)0\r\nT: \(word(&generator))\r\n\r\n", body)
    }

    private static func word(_ generator: inout SeededGenerator) -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789-_.~")
        return String(
            (0..<Int.random(in: 1...12, using: &generator)).compactMap { _ in letters.randomElement(using: &generator) }
        )
    }

    private static func damage(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        let nasty: [UInt8] = [0, 9, 10, 13, 32, 37, 44, 45, 46, 47, 48, 58, 59, 127, 255]
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes[index] = nasty.randomElement(using: &generator) ?? 0
        case 2: bytes.insert(nasty.randomElement(using: &generator) ?? 0, at: index)
        case 3 where bytes.count > 1: bytes.remove(at: index)
        default:
            let length = Int.random(in: 1...20, using: &generator)
            bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + length)], at: index)
        }
    }
}
