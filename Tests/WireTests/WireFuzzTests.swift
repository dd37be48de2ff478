import Loop
import Support
import Testing

@testable import Wire

@Suite struct WireFuzzTests {
    /// Garbage, with and without a proof before it: the server answers, closes, and goes on serving others.
    @Test(arguments: [false, true])
    func aServerSurvivesWhateverComes(_ isAuthenticated: Bool) async throws {
        let stage = try Stage {
            $0.handshake = .milliseconds(200)
            $0.linger = .milliseconds(20)
        }
        let (server, address) = try await stage.startServer()
        let honest = try await stage.connectRaw(address)
        try await honest.shakeHands()
        var generator = SeededGenerator(seed: isAuthenticated ? 91 : 92)
        let templates = [
            #"{"id":1,"op":"test.echo","deadline_ms":50,"body":{"text":"hola"}}"#, #"{"cancel":1}"#, #"{"ping":1}"#,
            #"{"pong":1}"#, #"{"goaway":true}"#, #"{"error":{"code":"internal","message":"x"}}"#,
            #"{"auth":{"v":1,"service":"a","instance":"b","nonce":"c","mac":"d"}}"#, #"{"id":2,"ok":{}}"#,
        ].map { Array($0.utf8) }
        for _ in 0..<150 {
            let peer = try await stage.connectRaw(address)
            if isAuthenticated { try await peer.shakeHands() }
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                var body = templates.randomElement(using: &generator) ?? []
                if Bool.random(using: &generator) {
                    for _ in 0..<Int.random(in: 1...5, using: &generator) {
                        body[Int.random(in: 0..<body.count, using: &generator)] = UInt8.random(
                            in: 0...255, using: &generator)
                    }
                }
                bytes += RawPeer.frame(body)
                if Int.random(in: 0..<6, using: &generator) == 0 {
                    bytes += (0..<20).map { _ in UInt8.random(in: 0...255, using: &generator) }
                }
            }
            await peer.send(bytes: bytes)
            await peer.close()
        }
        await honest.send(#"{"id":1,"op":"test.echo","deadline_ms":10000,"body":{"text":"still here"}}"#)
        #expect(try await honest.answer(1)["ok"]?["text"]?.string == "still here")
        #expect(await eventually { await server.connectionCount == 1 })
    }

    /// A server that answers garbage: calls end with an error, never with a wrong answer, and never not at all.
    @Test func aClientSurvivesWhateverComes() async throws {
        let stage = try Stage { $0.connectionWait = .milliseconds(20) }
        let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
        defer { Socket.close(listener) }
        let client = await stage.startClient(try Socket.localAddress(of: listener))
        var generator = SeededGenerator(seed: 93)
        for _ in 0..<40 {
            var accepted: Int32?
            let isAccepted = await eventually {
                accepted = (try? Socket.accept(listener))?.descriptor
                return accepted != nil
            }
            #expect(isAccepted)
            let peer = RawPeer(accepted: try #require(accepted), loop: stage.loop)
            await peer.start()
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let texts = [
                    #"{"hello":{"v":1,"service":"server","instance":"i","nonce":"0"}}"#, #"{"welcome":{}}"#, "{",
                ]
                bytes += RawPeer.frame(Array((texts.randomElement(using: &generator) ?? "").utf8))
                if Bool.random(using: &generator) { bytes.append(UInt8.random(in: 0...255, using: &generator)) }
            }
            await peer.send(bytes: bytes)
            await peer.close()
        }
        await #expect(throws: WireError.self) {
            try await client.call(Book.self, Text(text: "x"), deadline: .milliseconds(100))
        }
        await client.stop()
    }
}
