import JSON
import Support
import Testing

@testable import Wire

@Suite struct WireMessageTests {
    private func read(_ text: String) throws(WireError) -> WireMessage {
        try WireMessage(Array(text.utf8), limits: .standard)
    }

    @Test func readsARequestWhateverElseStandsInIt() throws {
        let text = #"{"new":[1],"body":{"text":"hola"},"deadline_ms":1500,"op":"test.echo","id":7,"trace":{"x":1}}"#
        guard case .request(let request) = try read(text) else {
            Issue.record("no request")
            return
        }
        #expect(request.id == 7)
        #expect(request.operation == "test.echo")
        #expect(request.remaining == .milliseconds(1_500))
        #expect(request.trace == nil)
        #expect(try request.body.decode(Text.self).text == "hola")
    }

    @Test func readsAnErrorWithItsDefaults() throws {
        let text = #"{"id":7,"error":{"code":"unavailable","message":"m","retryable":false,"retry_after_ms":250}}"#
        guard case .failure(7, let error) = try read(text) else {
            Issue.record("no failure")
            return
        }
        #expect(error == WireError(.unavailable, "m", retryable: false, retryAfter: .milliseconds(250)))
        guard case .failure(_, let later) = try read(#"{"id":1,"error":{"code":"of_a_later_version"}}"#) else {
            Issue.record("no failure")
            return
        }
        #expect(later.code == .internal)
    }

    @Test func readsEveryOtherKind() throws {
        guard case .cancel(7) = try read(#"{"cancel":7}"#), case .ping(1) = try read(#"{"ping":1}"#),
            case .pong(-1) = try read(#"{"pong":-1}"#), case .goaway = try read(#"{"goaway":true}"#),
            case .answer(3, _) = try read(#"{"id":3,"ok":null}"#),
            case .connectionError = try read(#"{"error":{"code":"internal","message":""}}"#),
            case .welcome(Welcome(mac: "ab")) = try read(#"{"welcome":{"mac":"ab","more":1}}"#)
        else {
            Issue.record("not read")
            return
        }
    }

    @Test(arguments: [
        #"{"id":1}"#, #"{"id":1,"op":"","deadline_ms":1,"body":{}}"#, #"{"id":1,"op":7,"deadline_ms":1,"body":{}}"#,
        #"{"id":1,"op":"x","body":{}}"#, #"{"id":1,"op":"x","deadline_ms":"1","body":{}}"#,
        #"{"id":1,"op":"x","deadline_ms":1.5,"body":{}}"#, #"{"id":1,"op":"x","deadline_ms":1}"#,
    ])
    func aRequestWithAWrongEnvelopeKeepsItsID(_ text: String) throws {
        guard case .malformedRequest(1, let error) = try read(text) else {
            Issue.record("not answerable")
            return
        }
        #expect(error.code == .invalidArgument)
    }

    @Test(arguments: [
        "", "null", "[]", "7", #""text""#, "{", "{}", #"{"id":0,"op":"x","deadline_ms":1,"body":{}}"#,
        #"{"id":-1,"ok":{}}"#, #"{"id":"1","ok":{}}"#, #"{"id":9007199254740992,"ok":{}}"#, #"{"id":1e400,"ok":{}}"#,
        #"{"id":1,"id":2,"ok":{}}"#, #"{"cancel":"7"}"#, #"{"goaway":false}"#, #"{"hello":{}}"#, #"{"auth":7}"#,
        #"{"welcome":{"mac":7}}"#, #"{"error":{}}"#, #"{"id":1,"error":7}"#, #"{"ping":{}}"#, #"{"ok":{}}"#,
    ])
    func whatIsNoFrameIsRefused(_ text: String) {
        #expect { try read(text) } throws: { ($0 as? WireError)?.code == .invalidArgument }
    }

    @Test func theWordsOfARefusalHoldNothingOfTheInput() {
        for text in [#"{"id":"geheim"}"#, #"{"geheim":1}"#, "geheim", #"{"auth":{"v":"geheim"}}"#] {
            #expect { try read(text) } throws: { !"\($0)".contains("geheim") }
        }
    }

    @Test func mutatedFramesAreReadOrRefusedAndNothingElse() {
        var generator = SeededGenerator(seed: 71)
        let seeds = [
            #"{"id":7,"op":"test.echo","deadline_ms":1500,"trace":{"traceparent":"00-a-b-01"},"body":{"a":[1,"x"]}}"#,
            #"{"id":7,"error":{"code":"unavailable","message":"m","retryable":true,"retry_after_ms":250}}"#,
            #"{"auth":{"v":1,"service":"a","instance":"b","nonce":"c","mac":"d"}}"#,
        ].map { Array($0.utf8) }
        for round in 0..<20_000 {
            var frame = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<frame.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: frame[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: frame.remove(at: index)
                default: frame.insert(Array("{}[]\",:0-9ntf".utf8).randomElement(using: &generator) ?? 0, at: index)
                }
            }
            do throws(WireError) {
                _ = try WireMessage(frame, limits: .standard)
            } catch {
                #expect(error.code == .invalidArgument)
            }
        }
    }
}

@Suite struct OutboxTests {
    private func frames(_ outbox: Outbox) throws -> [WireMessage] {
        var decoder = FrameDecoder(limit: 1 << 20)
        return try outbox.bytes.withUnsafeBytes { bytes in
            var rest = bytes
            var messages: [WireMessage] = []
            while let frame = try decoder.next(&rest) {
                messages.append(try WireMessage(frame, limits: .standard))
            }
            return messages
        }
    }

    @Test func whatIsWrittenIsReadBack() throws {
        var outbox = Outbox()
        try outbox.request(
            7, "test.echo", milliseconds: 1_500, trace: nil, Text(text: "¿hola? \u{1F600} \"\\\n"), limit: 1_000)
        try outbox.answer(8, Text(text: "ok"), limit: 1_000)
        outbox.failure(9, WireError(.conflict, "sold \"out\"\u{1}\n", retryAfter: .milliseconds(20)))
        outbox.failure(nil, WireError(.unauthenticated, "no"))
        outbox.ping(-12)
        outbox.goaway()
        let messages = try frames(outbox)
        guard case .request(let request) = messages[0], case .answer(8, let body) = messages[1],
            case .failure(9, let error) = messages[2], case .connectionError(let refusal) = messages[3],
            case .ping(-12) = messages[4], case .goaway = messages[5], messages.count == 6
        else {
            Issue.record("\(messages)")
            return
        }
        #expect(request.id == 7)
        #expect(try request.body.decode(Text.self).text == "¿hola? \u{1F600} \"\\\n")
        #expect(try body.decode(Text.self).text == "ok")
        #expect(error == WireError(.conflict, "sold \"out\"\u{1}\n", retryAfter: .milliseconds(20)))
        #expect(refusal == WireError(.unauthenticated, "no"))
    }

    @Test func aFrameBeyondTheLimitLeavesNothingBehind() throws {
        var outbox = Outbox()
        outbox.ping(1)
        let before = outbox.bytes
        #expect(throws: FrameError.self) {
            try outbox.answer(8, Text(text: String(repeating: "x", count: 1_000)), limit: 1_000)
        }
        #expect(throws: EncodingError.self) { try outbox.answer(8, ["x": Double.infinity], limit: 1_000) }
        #expect(outbox.bytes == before)
    }

    @Test func aLongMessageIsCutBetweenCharacters() throws {
        var outbox = Outbox()
        outbox.failure(1, WireError(.internal, String(repeating: "ñ", count: 5_000)))
        guard case .failure(1, let error) = try frames(outbox)[0] else {
            Issue.record("no failure")
            return
        }
        #expect(error.message == String(repeating: "ñ", count: 512))
    }

    @Test func whatIsSentInPartsComesOutWholeAndInOrder() throws {
        var generator = SeededGenerator(seed: 81)
        var outbox = Outbox()
        var sent: [UInt8] = []
        var expected: [UInt8] = []
        for number in 0..<5_000 {
            let before = outbox.bytes.count
            outbox.ping(number)
            expected += outbox.bytes[before...]
            outbox.drain { bytes in
                let count = Int.random(in: 0...min(bytes.count, 60), using: &generator)
                sent += bytes.prefix(count)
                return count
            }
            #expect(outbox.count == expected.count - sent.count)
        }
        outbox.drain { bytes in
            sent += bytes
            return bytes.count
        }
        #expect(sent == expected)
        #expect(outbox.count == 0)
    }
}
