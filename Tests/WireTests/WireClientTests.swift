import JSON
import Loop
import Support
import Testing

@testable import Wire

@Suite struct WireClientTests {
    private func code(_ body: () async throws -> Void) async -> WireCode? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? WireError)?.code
        }
    }

    @Test func callsAndGetsItsAnswer() async throws {
        let stage = try Stage()
        let (_, address) = try await stage.startServer { text, _ in Text(text: text.text + "!") }
        let client = await stage.startClient(address)
        let answer = try await client.call(Echo.self, Text(text: "hola"), deadline: .seconds(5))
        #expect(answer.text == "hola!")
        #expect(await client.isConnected)
        await client.stop()
        #expect(await !client.isConnected)
    }

    @Test func aThousandCallsAtOnceEachGetTheirOwnAnswer() async throws {
        let stage = try Stage()
        let loop = stage.loop
        let (_, address) = try await stage.startServer { text, _ in
            if text.text.hasSuffix("7") { try await loop.sleep(for: .milliseconds(1)) }
            return text
        }
        let client = await stage.startClient(address)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<1_000 {
                if number >= 200 { try await group.next() }
                group.addTask {
                    let text = "number \(number)"
                    let answer = try await client.call(Echo.self, Text(text: text), deadline: .seconds(10))
                    #expect(answer.text == text)
                }
            }
            try await group.waitForAll()
        }
        await client.stop()
    }

    @Test func theServersErrorArrivesAsItWasThrown() async throws {
        let stage = try Stage()
        let thrown = WireError(.conflict, "sold_out", retryable: false, retryAfter: .milliseconds(30))
        let (_, address) = try await stage.startServer { _, _ in throw thrown }
        let client = await stage.startClient(address)
        await #expect(throws: thrown) { try await client.call(Echo.self, Text(text: ""), deadline: .seconds(5)) }
        #expect(
            await code { _ = try await client.call(Unknown.self, Text(text: ""), deadline: .seconds(5)) }
                == .unimplemented)
        await client.stop()
    }

    @Test func aWrongSecretConnectsNeverAndCallsSayThatNobodyIsThere() async throws {
        let stage = try Stage { $0.connectionWait = .milliseconds(50) }
        let (_, address) = try await stage.startServer()
        let client = await stage.startClient(Addresses([address]), secret: Array("another".utf8))
        #expect(
            await code { _ = try await client.call(Book.self, Text(text: ""), deadline: .seconds(5)) } == .unavailable)
        #expect(await !client.isConnected)
        await client.stop()
    }

    @Test func anotherServiceAtTheAddressIsNotUsed() async throws {
        let stage = try Stage { $0.connectionWait = .milliseconds(50) }
        let (_, address) = try await stage.startServer()
        let client = await stage.startClient(Addresses([address]), peer: "pms-adapter")
        #expect(
            await code { _ = try await client.call(Book.self, Text(text: ""), deadline: .seconds(5)) } == .unavailable)
        await client.stop()
    }

    @Test func theDeadlineThatIsPassedOnIsWhatIsLeft() async throws {
        let stage = try Stage()
        let (_, address) = try await stage.startServer { _, call in Text(text: "\(call.remaining.wholeMilliseconds)") }
        let client = await stage.startClient(address)
        let left = try await client.call(Echo.self, Text(text: ""), deadline: .milliseconds(4_000)).text
        #expect((Int(left) ?? 0) < 4_000)
        #expect((Int(left) ?? 0) > 1_000)
        await client.stop()
    }

    @Test func anExpiredDeadlineEndsTheCallAndReachesTheHandler() async throws {
        let stage = try Stage()
        let gate = Gate(loop: stage.loop)
        let (_, address) = try await stage.startServer { text, _ in
            if text.text == "slow" { try await gate.pass() }
            return text
        }
        let client = await stage.startClient(address)
        _ = try await client.call(Echo.self, Text(text: "connected"), deadline: .seconds(5))
        #expect(
            await code { _ = try await client.call(Echo.self, Text(text: "slow"), deadline: .milliseconds(30)) }
                == .deadlineExceeded)
        #expect(await eventually { await gate.cancelled == 1 })
        #expect(try await client.call(Echo.self, Text(text: "on"), deadline: .seconds(5)).text == "on")
        #expect(
            await code { _ = try await client.call(Echo.self, Text(text: ""), deadline: .zero) } == .deadlineExceeded)
        await client.stop()
    }

    @Test func aCancelledCallEndsAtOnceAndReachesTheHandler() async throws {
        let stage = try Stage()
        let gate = Gate(loop: stage.loop)
        let (_, address) = try await stage.startServer { text, _ in
            try await gate.pass()
            return text
        }
        let client = await stage.startClient(address)
        let call = Task { try await client.call(Echo.self, Text(text: ""), deadline: .seconds(60)) }
        #expect(await eventually { await gate.waiting == 1 })
        call.cancel()
        #expect(await code { _ = try await call.value } == .cancelled)
        #expect(await eventually { await gate.cancelled == 1 })
        await client.stop()
    }

    @Test func aCallBeforeTheConnectionWaitsForIt() async throws {
        let stage = try Stage { $0.connectionWait = .seconds(20) }
        let addresses = Addresses(nil)
        let client = await stage.startClient(addresses)
        let call = Task { try await client.call(Book.self, Text(text: "hola"), deadline: .seconds(20)) }
        let cancelled = Task { try await client.call(Book.self, Text(text: "hola"), deadline: .seconds(20)) }
        cancelled.cancel()
        #expect(await code { _ = try await cancelled.value } == .cancelled)
        let server = stage.makeServer()
        await server.handle(Book.self) { text, _ in text }
        addresses.set([try await server.listen(on: SocketAddress(host: "127.0.0.1", port: 0))])
        #expect(try await call.value.text == "hola")
        await client.stop()
    }

    @Test func noMoreCallsWaitForAConnectionThanTheLimit() async throws {
        let stage = try Stage {
            $0.connectionWait = .seconds(20)
            $0.waitingCalls = 1
            $0.attempts = 1
        }
        let client = await stage.startClient(Addresses([]))
        let codes = await withTaskGroup(of: WireCode?.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    await code { _ = try await client.call(Echo.self, Text(text: ""), deadline: .seconds(20)) }
                }
            }
            let first = await group.next() ?? nil
            await client.stop()
            return [first, await group.next() ?? nil]
        }
        #expect(codes == [.resourceExhausted, .unavailable])
    }

    @Test func aServerThatComesBackOnItsPortIsFoundAgain() async throws {
        let stage = try Stage()
        let (first, address) = try await stage.startServer()
        let client = await stage.startClient(address)
        _ = try await client.call(Echo.self, Text(text: ""), deadline: .seconds(5))
        await first.close()
        #expect(await eventually { await !client.isConnected })
        let (_, again) = try await stage.startServer(on: try #require(address.port))
        #expect(again == address)
        #expect(try await client.call(Echo.self, Text(text: "back"), deadline: .seconds(10)).text == "back")
        await client.stop()
    }

    @Test func whatIsInFlightWhenTheServerGoesIsToldUnavailable() async throws {
        let stage = try Stage { $0.connectionWait = .milliseconds(10) }
        let gate = Gate(loop: stage.loop)
        let server = stage.makeServer()
        await server.handle(Book.self) { text, _ in
            try await gate.pass()
            return text
        }
        let address = try await server.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
        let client = await stage.startClient(address)
        #expect(await eventually { await client.isConnected })
        let call = Task { try await client.call(Book.self, Text(text: ""), deadline: .seconds(60)) }
        #expect(await eventually { await gate.waiting == 1 })
        await server.close()
        #expect(await code { _ = try await call.value } == .unavailable)
        #expect(
            await code { _ = try await client.call(Book.self, Text(text: ""), deadline: .seconds(5)) } == .unavailable)
        await client.stop()
    }

    @Test func onlyIdempotentOperationsAreRetried() async throws {
        let stage = try Stage()
        let echoes = Tally()
        let bookings = Tally()
        let server = stage.makeServer()
        await server.handle(Echo.self) { text, _ in
            echoes.add()
            if echoes.count < 3 { throw WireError(.unavailable, "not yet") }
            return text
        }
        await server.handle(Book.self) { _, _ in
            bookings.add()
            throw WireError(.unavailable, "not yet")
        }
        let address = try await server.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
        let client = await stage.startClient(address)
        #expect(try await client.call(Echo.self, Text(text: "x"), deadline: .seconds(5)).text == "x")
        #expect(echoes.count == 3)
        #expect(
            await code { _ = try await client.call(Book.self, Text(text: ""), deadline: .seconds(5)) } == .unavailable)
        #expect(bookings.count == 1)
        await client.stop()
    }

    @Test func retriesEndWithTheirAttemptsAndWithTheBudget() async throws {
        let stage = try Stage {
            $0.breaker.consecutiveFailures = 1_000
            $0.breaker.failuresInWindow = 1_000
        }
        let tries = Tally()
        let (_, address) = try await stage.startServer { _, _ in
            tries.add()
            throw WireError(.unavailable, "never")
        }
        let client = await stage.startClient(address)
        for _ in 0..<20 {
            #expect(
                await code { _ = try await client.call(Echo.self, Text(text: ""), deadline: .seconds(5)) }
                    == .unavailable)
        }
        // 20 requests, ten retries of the full budget and two that the requests earned.
        #expect((30...32).contains(tries.count))
        await client.stop()
    }

    @Test func whatMayNotSucceedLaterIsNotRetried() async throws {
        let stage = try Stage()
        let tries = Tally()
        let (_, address) = try await stage.startServer { _, _ in
            tries.add()
            throw WireError(.unavailable, "closed for the season", retryable: false)
        }
        let client = await stage.startClient(address)
        #expect(
            await code { _ = try await client.call(Echo.self, Text(text: ""), deadline: .seconds(5)) } == .unavailable)
        #expect(tries.count == 1)
        await client.stop()
    }

    @Test func theBreakerOpensAndAfterATrialItClosesAgain() async throws {
        let stage = try Stage {
            $0.attempts = 1
            $0.breaker.openFor = .milliseconds(30)
        }
        let tries = Tally()
        let isWell = Tally()
        let (_, address) = try await stage.startServer { text, _ in
            tries.add()
            if isWell.count == 0 { throw WireError(.internal, "ill") }
            return text
        }
        let client = await stage.startClient(address)
        for _ in 0..<5 {
            #expect(
                await code { _ = try await client.call(Echo.self, Text(text: ""), deadline: .seconds(5)) } == .internal)
        }
        #expect(tries.count == 5)
        await #expect {
            while true { _ = try await client.call(Echo.self, Text(text: ""), deadline: .seconds(5)) }
        } throws: { error in
            guard let error = error as? WireError else { return false }
            return error.code == .unavailable && error.retryAfter != nil || error.code == .internal
        }
        isWell.add()
        let isBack = await eventually {
            await code { _ = try await client.call(Echo.self, Text(text: ""), deadline: .seconds(5)) } == nil
        }
        #expect(isBack)
        await client.stop()
    }

    @Test func aRequestBeyondTheFrameLimitIsRefusedHere() async throws {
        let stage = try Stage { $0.frameBytes = 10_000 }
        let (_, address) = try await stage.startServer()
        let client = await stage.startClient(address)
        let text = String(repeating: "x", count: 20_000)
        #expect(
            await code { _ = try await client.call(Echo.self, Text(text: text), deadline: .seconds(5)) }
                == .invalidArgument)
        #expect(try await client.call(Echo.self, Text(text: "on"), deadline: .seconds(5)).text == "on")
        await client.stop()
    }

    @Test func aMegabyteGoesThereAndBack() async throws {
        let stage = try Stage()
        let (_, address) = try await stage.startServer()
        let client = await stage.startClient(address)
        let text = String(repeating: "0123456789", count: 100_000)
        #expect(try await client.call(Echo.self, Text(text: text), deadline: .seconds(20)).text == text)
        await client.stop()
    }

    @Test func aSilentServerIsNoticedAndItsCallsEnd() async throws {
        let stage = try Stage {
            $0.silence = .milliseconds(20)
            $0.pong = .milliseconds(20)
            $0.connectionWait = .milliseconds(10)
        }
        let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
        let client = await stage.startClient(try Socket.localAddress(of: listener))
        var accepted: Int32?
        let isAccepted = await eventually {
            accepted = (try? Socket.accept(listener))?.descriptor
            return accepted != nil
        }
        #expect(isAccepted)
        Socket.close(listener)
        let peer = RawPeer(accepted: try #require(accepted), loop: stage.loop)
        await peer.start()
        let own = try #require(WireIdentity(service: "server", instance: "silent"))
        let handshake = ServerHandshake(own: own, secret: Stage.secret)
        await peer.send(String(decoding: try JSONCoder.encode(["hello": handshake.hello]), as: UTF8.self))
        let (_, proof) = try handshake.accept(try #require(try await peer.frame(0)["auth"]?.decode(Auth.self)))
        await peer.send(#"{"welcome":{"mac":"\#(proof)"}}"#)
        #expect(await eventually { await client.isConnected })
        let call = Task { try await client.call(Book.self, Text(text: ""), deadline: .seconds(60)) }
        #expect(await code { _ = try await call.value } == .unavailable)
        #expect(await eventually { await !client.isConnected })
        await client.stop()
    }
}
