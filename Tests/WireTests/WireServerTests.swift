import JSON
import Loop
import Support
import Testing

@testable import Wire

@Suite struct WireServerTests {
    private func request(_ id: Int, _ op: String = "test.echo", deadline: Int = 10_000, text: String = "hola") -> String
    {
        #"{"id":\#(id),"op":"\#(op)","deadline_ms":\#(deadline),"body":{"text":"\#(text)"}}"#
    }

    private func code(_ answer: JSONNode) -> String? { answer["error"]?["code"]?.string }

    // MARK: Handshake

    @Test func answersAClientThatProvedWhoItIs() async throws {
        let stage = try Stage()
        let (_, address) = try await stage.startServer()
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(request(1, text: "¿hay sitio?"))
        #expect(try await peer.answer(1)["ok"]?["text"]?.string == "¿hay sitio?")
    }

    @Test func aWrongSecretGetsOneRefusalAndAClose() async throws {
        let stage = try Stage()
        let (_, address) = try await stage.startServer()
        let peer = try await stage.connectRaw(address)
        await #expect(throws: RawPeer.Refused.self) { try await peer.shakeHands(secret: Array("another".utf8)) }
        #expect(code(try await peer.frame(1)) == "unauthenticated")
        #expect(await eventually { await peer.isEnded })
        #expect(await peer.frames.count == 2)
    }

    @Test func aReplayedProofIsRefused() async throws {
        let stage = try Stage()
        let (_, address) = try await stage.startServer()
        let first = try await stage.connectRaw(address)
        let hello = try #require(try await first.frame(0)["hello"]?.decode(Hello.self))
        let own = try #require(WireIdentity(service: "tester", instance: "raw"))
        var handshake = ClientHandshake(own: own, peer: "server", secret: Stage.secret)
        let proof = String(decoding: try JSONCoder.encode(["auth": try handshake.answer(hello)]), as: UTF8.self)
        await first.send(proof)
        #expect(try await first.frame(1)["welcome"] != nil)
        let second = try await stage.connectRaw(address)
        _ = try await second.frame(0)
        await second.send(proof)
        #expect(code(try await second.frame(1)) == "unauthenticated")
        #expect(await eventually { await second.isEnded })
    }

    @Test func whoSaysNothingIsSentAwayInTime() async throws {
        let stage = try Stage { $0.handshake = .milliseconds(50) }
        let (server, address) = try await stage.startServer()
        let peer = try await stage.connectRaw(address)
        #expect(code(try await peer.frame(1)) == "unauthenticated")
        #expect(await eventually { await peer.isEnded })
        #expect(await eventually { await server.connectionCount == 0 })
    }

    @Test(arguments: [
        #"{"id":1,"op":"test.echo","deadline_ms":1000,"body":{"text":"x"}}"#, #"{"ping":1}"#, "garbage", "",
        #"{"auth":{"v":1,"service":"tester","instance":"raw","nonce":"","mac":""}}"#,
    ])
    func anythingElseThanAProofIsRefused(_ frame: String) async throws {
        let stage = try Stage()
        let (_, address) = try await stage.startServer()
        let peer = try await stage.connectRaw(address)
        _ = try await peer.frame(0)
        await peer.send(frame)
        #expect(code(try await peer.frame(1)) == "unauthenticated")
        #expect(await eventually { await peer.isEnded })
    }

    @Test func aStrangerGetsNoLargeBuffer() async throws {
        let stage = try Stage()
        let (_, address) = try await stage.startServer()
        let peer = try await stage.connectRaw(address)
        await peer.send(bytes: RawPeer.frame([UInt8](repeating: 32, count: 5_000)))
        #expect(code(try await peer.frame(1)) == "unauthenticated")
        #expect(await eventually { await peer.isEnded })
    }

    @Test func aConnectionBeyondTheLimitIsTurnedAway() async throws {
        let stage = try Stage { $0.connections = 1 }
        let (_, address) = try await stage.startServer()
        let first = try await stage.connectRaw(address)
        try await first.shakeHands()
        let second = try await stage.connectRaw(address)
        #expect(code(try await second.frame(0)) == "resource_exhausted")
        #expect(await eventually { await second.isEnded })
        await first.send(request(1))
        #expect(try await first.answer(1)["ok"] != nil)
    }

    // MARK: Frames

    @Test func aFrameBeyondTheLimitClosesTheConnectionWithAnErrorAndNoID() async throws {
        let stage = try Stage { $0.frameBytes = 10_000 }
        let (_, address) = try await stage.startServer()
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(bytes: RawPeer.frame([UInt8](repeating: 32, count: 300_000)))
        let answer = try await peer.frame(2)
        #expect(code(answer) == "invalid_argument")
        #expect(answer["id"] == nil)
        #expect(await eventually { await peer.isEnded })
    }

    @Test(arguments: ["{", "[]", "", #"{"id":0,"op":"test.echo","deadline_ms":1,"body":{}}"#, #"{"hello":{}}"#])
    func malformedJSONClosesTheConnectionWithAnErrorAndNoID(_ frame: String) async throws {
        let stage = try Stage()
        let (_, address) = try await stage.startServer()
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(frame)
        let answer = try await peer.frame(2)
        #expect(code(answer) == "invalid_argument")
        #expect(answer["id"] == nil)
        #expect(await eventually { await peer.isEnded })
    }

    @Test func aBodyThatDoesNotFitIsAnsweredAndTheConnectionGoesOn() async throws {
        let stage = try Stage()
        let (_, address) = try await stage.startServer()
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(#"{"id":1,"op":"test.echo","deadline_ms":1000,"body":{"text":7}}"#)
        await peer.send(#"{"id":2,"op":"test.echo","body":{"text":""}}"#)
        await peer.send(request(3))
        let first = try await peer.answer(1)
        #expect(code(first) == "invalid_argument")
        #expect(first["error"]?["message"]?.string == "body.text has the wrong type")
        #expect(code(try await peer.answer(2)) == "invalid_argument")
        #expect(try await peer.answer(3)["ok"] != nil)
    }

    @Test func requestsThatArriveByteByByteAreAnswered() async throws {
        let stage = try Stage()
        let (_, address) = try await stage.startServer()
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        for byte in RawPeer.frame(Array(request(1).utf8)) { await peer.send(bytes: [byte]) }
        #expect(try await peer.answer(1)["ok"] != nil)
    }

    // MARK: Requests

    @Test func tellsWhatItDoesNotKnowAndWhoMayNotCall() async throws {
        let stage = try Stage()
        let server = stage.makeServer()
        await server.handle(Secret.self) { text, _ in text }
        let address = try await server.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(request(1, "test.unknown"))
        await peer.send(request(2, "test.secret"))
        #expect(code(try await peer.answer(1)) == "unimplemented")
        #expect(code(try await peer.answer(2)) == "permission_denied")
    }

    @Test func whatAHandlerThrowsReachesTheCallerAndFaultsTellNothing() async throws {
        struct Fault: Error { var detail = "geheim" }
        let stage = try Stage()
        let (_, address) = try await stage.startServer { text, _ in
            if text.text == "fault" { throw Fault() }
            throw WireError(.conflict, "sold_out", retryAfter: .milliseconds(70))
        }
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(request(1))
        await peer.send(request(2, text: "fault"))
        let conflict = try await peer.answer(1)
        #expect(code(conflict) == "conflict")
        #expect(conflict["error"]?["message"]?.string == "sold_out")
        #expect(conflict["error"]?["retryable"]?.bool == false)
        #expect(conflict["error"]?["retry_after_ms"]?.int == 70)
        let fault = try await peer.answer(2)
        #expect(code(fault) == "internal")
        #expect(fault["error"]?["message"]?.string?.contains("geheim") == false)
    }

    @Test func handlersStayOnTheLoopAndKnowTheirCaller() async throws {
        let stage = try Stage()
        let loop = stage.loop
        let gate = Gate(loop: loop)
        await gate.open()
        let (_, address) = try await stage.startServer { text, call in
            #expect(loop.isCurrent)
            try await gate.pass()
            try await loop.sleep(for: .milliseconds(1))
            #expect(loop.isCurrent)
            #expect(call.caller == "tester")
            #expect(call.callerInstance == "raw")
            #expect(call.remaining > .seconds(1) && call.remaining <= .seconds(10))
            return text
        }
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(request(1))
        #expect(try await peer.answer(1)["ok"] != nil)
    }

    @Test func answersComeInAnyOrder() async throws {
        let stage = try Stage()
        let gate = Gate(loop: stage.loop)
        let (_, address) = try await stage.startServer { text, _ in
            if text.text == "slow" { try await gate.pass() }
            return text
        }
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(request(1, text: "slow"))
        await peer.send(request(2, text: "quick"))
        #expect(try await peer.answer(2)["ok"] != nil)
        #expect(await peer.answers(1).isEmpty)
        await gate.open()
        #expect(try await peer.answer(1)["ok"]?["text"]?.string == "slow")
    }

    @Test func workWhoseDeadlineHasPassedIsNotStarted() async throws {
        let stage = try Stage()
        let started = Tally()
        let (_, address) = try await stage.startServer { text, _ in
            started.add()
            return text
        }
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(request(1, deadline: 0))
        await peer.send(request(2, deadline: -5))
        #expect(code(try await peer.answer(1)) == "deadline_exceeded")
        #expect(code(try await peer.answer(2)) == "deadline_exceeded")
        #expect(started.count == 0)
    }

    @Test func aLateHandlerIsCancelledAndItsCallerToldOnce() async throws {
        let stage = try Stage()
        let gate = Gate(loop: stage.loop)
        let (_, address) = try await stage.startServer { text, _ in
            try? await gate.pass()
            return text
        }
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(request(1, deadline: 20))
        #expect(code(try await peer.answer(1)) == "deadline_exceeded")
        #expect(await eventually { await gate.cancelled == 1 })
        await peer.send(request(2, deadline: 20))
        #expect(code(try await peer.answer(2)) == "deadline_exceeded")
        #expect(await peer.answers(1).count == 1)
    }

    @Test func aCancelReachesTheHandlersTaskAndIsAnsweredOnce() async throws {
        let stage = try Stage()
        let gate = Gate(loop: stage.loop)
        let (_, address) = try await stage.startServer { text, _ in
            if text.text == "slow" { try? await gate.pass() }
            return text
        }
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(request(1, text: "slow"))
        #expect(await eventually { await gate.waiting == 1 })
        await peer.send(#"{"cancel":1}"#)
        #expect(code(try await peer.answer(1)) == "cancelled")
        #expect(await eventually { await gate.cancelled == 1 })
        // Of what is answered, and of what never was, there is nothing to cancel.
        await peer.send(#"{"cancel":1}"#)
        await peer.send(#"{"cancel":99}"#)
        await peer.send(request(2))
        #expect(try await peer.answer(2)["ok"] != nil)
        #expect(await peer.answers(1).count == 1)
    }

    @Test func whenTheClientIsGoneItsHandlersAreCancelled() async throws {
        let stage = try Stage()
        let gate = Gate(loop: stage.loop)
        let (server, address) = try await stage.startServer { text, _ in
            try await gate.pass()
            return text
        }
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(request(1))
        #expect(await eventually { await gate.waiting == 1 })
        await peer.close()
        #expect(await eventually { await gate.cancelled == 1 })
        #expect(await eventually { await server.connectionCount == 0 })
    }

    @Test func the257thRequestInFlightIsRefusedAtOnce() async throws {
        let stage = try Stage()
        let gate = Gate(loop: stage.loop)
        let (_, address) = try await stage.startServer { text, _ in
            try await gate.pass()
            return text
        }
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        for id in 1...257 { await peer.send(request(id)) }
        let refusal = try await peer.answer(257)
        #expect(code(refusal) == "resource_exhausted")
        #expect(refusal["error"]?["retryable"]?.bool == true)
        #expect(await gate.waiting == 256)
        await gate.open()
        for id in 1...256 { #expect(try await peer.answer(id)["ok"] != nil) }
        await peer.send(request(258))
        #expect(try await peer.answer(258)["ok"] != nil)
    }

    @Test func anIDUsedTwiceClosesTheConnection() async throws {
        let stage = try Stage()
        let (_, address) = try await stage.startServer()
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(request(5))
        _ = try await peer.answer(5)
        await peer.send(request(5))
        #expect(await eventually { await peer.isEnded })
        #expect(await peer.answers(5).count == 1)
        #expect(code(try await peer.frame(3)) == "invalid_argument")
    }

    @Test func anAnswerBeyondTheFrameLimitIsAFaultAndNotSent() async throws {
        let stage = try Stage { $0.frameBytes = 10_000 }
        let (_, address) = try await stage.startServer { _, _ in Text(text: String(repeating: "x", count: 20_000)) }
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(request(1))
        #expect(code(try await peer.answer(1)) == "internal")
    }

    @Test func aPeerThatReadsNothingIsHeldBackAndThenServedWhole() async throws {
        let stage = try Stage { $0.pausingBytes = 100_000 }
        let answer = Text(text: String(repeating: "x", count: 50_000))
        let (_, address) = try await stage.startServer { _, _ in answer }
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        for id in 1...200 { await peer.send(request(id)) }
        for id in 1...200 { #expect(try await peer.answer(id)["ok"]?["text"]?.string?.utf8.count == 50_000) }
    }

    // MARK: Signs of life and leaving

    @Test func aPingGetsItsPong() async throws {
        let stage = try Stage()
        let (_, address) = try await stage.startServer()
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(#"{"ping":42}"#)
        #expect(try await peer.frame(2)["pong"]?.int == 42)
    }

    @Test func aSilentClientIsAskedAndThenGivenUp() async throws {
        let stage = try Stage {
            $0.silence = .milliseconds(20)
            $0.pong = .milliseconds(20)
        }
        let (server, address) = try await stage.startServer()
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        #expect(try await peer.frame(2)["ping"]?.int == 1)
        #expect(await eventually { await peer.isEnded })
        #expect(await eventually { await server.connectionCount == 0 })
    }

    @Test func drainingFinishesWhatIsInFlightAndRefusesTheRest() async throws {
        let stage = try Stage()
        let gate = Gate(loop: stage.loop)
        let started = Tally()
        let (server, address) = try await stage.startServer { text, _ in
            started.add()
            try await gate.pass()
            return text
        }
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(request(1))
        #expect(await eventually { await gate.waiting == 1 })
        let drain = Task { await server.drain(for: .seconds(30)) }
        #expect(try await peer.frame(2)["goaway"]?.bool == true)
        await peer.send(request(2))
        #expect(code(try await peer.answer(2)) == "unavailable")
        await gate.open()
        #expect(try await peer.answer(1)["ok"] != nil)
        await drain.value
        #expect(await eventually { await peer.isEnded })
        #expect(started.count == 1)
    }

    @Test func drainingEndsAtItsLimitThoughAHandlerHangs() async throws {
        let stage = try Stage()
        let gate = Gate(loop: stage.loop)
        let (server, address) = try await stage.startServer { text, _ in
            try await gate.pass()
            return text
        }
        let peer = try await stage.connectRaw(address)
        try await peer.shakeHands()
        await peer.send(request(1))
        #expect(await eventually { await gate.waiting == 1 })
        await server.drain(for: .milliseconds(30))
        await server.close()
        #expect(await eventually { await gate.cancelled == 1 })
        #expect(await eventually { await peer.isEnded })
    }
}
