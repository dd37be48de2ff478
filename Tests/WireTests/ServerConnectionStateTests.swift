import JSON
import Support
import Testing

@testable import Wire

@Suite struct ServerConnectionStateTests {
    private func at(_ milliseconds: Int) -> MonotonicTime {
        MonotonicTime(nanoseconds: Int64(milliseconds) * 1_000_000)
    }

    private func opened(_ change: (inout WireLimits) -> Void = { _ in }) throws -> ServerConnectionState {
        var limits = WireLimits()
        change(&limits)
        let own = try #require(WireIdentity(service: "server", instance: "s"))
        let handshake = ServerHandshake(own: own, secret: Stage.secret)
        let operations = [
            Echo.name: WireOperation(Echo.self) { text, _ in text },
            Secret.name: WireOperation(Secret.self) { text, _ in text },
        ]
        var state = ServerConnectionState(handshake, operations: operations, limits: limits)
        var client = ClientHandshake(
            own: try #require(WireIdentity(service: "tester", instance: "c")), peer: "server", secret: Stage.secret)
        guard case .welcome = state.receive(.auth(try client.answer(handshake.hello)), arrived: at(0), at: at(0)) else {
            throw RawPeer.Refused()
        }
        return state
    }

    private func request(_ id: Int, _ operation: String = Echo.name, remaining: Duration = .seconds(1)) throws
        -> WireMessage
    {
        let body = try JSONDocument(Array(#"{"text":"x"}"#.utf8)).root
        return .request(WireRequest(id: id, operation: operation, remaining: remaining, trace: nil, body: body))
    }

    /// Random requests, cancels, answers and times: whatever happens, no id is answered twice, and each that came is answered in the end.
    @Test func eachRequestIsAnsweredExactlyOnce() throws {
        var generator = SeededGenerator(seed: 101)
        for _ in 0..<60 {
            var state = try opened { $0.inFlight = 8 }
            var answered: [Int: Int] = [:]
            var running: Set<Int> = []
            var asked: Set<Int> = []
            var nextID = 1
            var now = 0
            for _ in 0..<400 {
                now += Int.random(in: 0...20, using: &generator)
                switch Int.random(in: 0..<7, using: &generator) {
                case 0...2:
                    let name = [Echo.name, Echo.name, Secret.name, Unknown.name].randomElement(using: &generator)
                    let left = Duration.milliseconds(Int.random(in: 0...200, using: &generator))
                    asked.insert(nextID)
                    switch state.receive(
                        try request(nextID, name ?? "", remaining: left), arrived: at(now), at: at(now))
                    {
                    case .start(let request, _, _, _): running.insert(request.id)
                    case .refuse(let id, _, _): answered[id, default: 0] += 1
                    default: Issue.record("neither started nor refused")
                    }
                    nextID += 1
                case 3:
                    let id = Int.random(in: 1...(nextID + 1), using: &generator)
                    if case .cancel(let id) = state.receive(.cancel(id), arrived: at(now), at: at(now)) {
                        answered[id, default: 0] += 1
                    }
                case 4, 5:
                    guard let id = running.randomElement(using: &generator) else { continue }
                    running.remove(id)
                    if state.answer(id) { answered[id, default: 0] += 1 }
                    state.ended()
                default: for id in state.expire(at: at(now)) { answered[id, default: 0] += 1 }
                }
                #expect(state.running == running.count)
                #expect(running.count <= 8)
            }
            for id in state.expire(at: at(1_000_000)) { answered[id, default: 0] += 1 }
            #expect(Set(answered.keys) == asked)
            #expect(answered.values.allSatisfy { $0 == 1 })
        }
    }

    @Test func aHandlerThatIgnoresItsCancellationStillTakesRoom() throws {
        var state = try opened { $0.inFlight = 1 }
        guard case .start = state.receive(try request(1), arrived: at(0), at: at(0)),
            case .cancel(1) = state.receive(.cancel(1), arrived: at(0), at: at(0)),
            case .refuse(2, let error, _) = state.receive(try request(2), arrived: at(0), at: at(0))
        else {
            Issue.record("not as expected")
            return
        }
        #expect(error.code == .resourceExhausted)
        state.ended()
        guard case .start = state.receive(try request(3), arrived: at(0), at: at(0)) else {
            Issue.record("not started")
            return
        }
    }

    @Test func afterTheCloseNothingIsOwedAndNothingIsStarted() throws {
        var state = try opened()
        _ = state.receive(try request(1), arrived: at(0), at: at(0))
        state.close()
        #expect(state.answer(1) == false)
        #expect(state.expire(at: at(100_000)).isEmpty)
        guard case .none = state.receive(try request(2), arrived: at(0), at: at(0)) else {
            Issue.record("started after the close")
            return
        }
    }

    @Test func aDeadlineThatPassedWhileOthersWereWorkedOnIsNotStarted() throws {
        var state = try opened()
        let late = state.receive(try request(1, remaining: .milliseconds(10)), arrived: at(0), at: at(10))
        guard case .refuse(1, let error, _) = late else {
            Issue.record("started")
            return
        }
        #expect(error.code == .deadlineExceeded)
        #expect(state.running == 0)
    }

    @Test func aDrainWaitsForWhatRuns() throws {
        var state = try opened()
        _ = state.receive(try request(1), arrived: at(0), at: at(0))
        #expect(state.drain() == true)
        #expect(state.drain() == false)
        #expect(!state.isDrained)
        #expect(state.answer(1) == true)
        state.ended()
        #expect(state.isDrained)
    }
}

@Suite struct ClientConnectionStateTests {
    private func at(_ milliseconds: Int) -> MonotonicTime {
        MonotonicTime(nanoseconds: Int64(milliseconds) * 1_000_000)
    }
    private let body: JSONNode

    init() throws {
        body = try JSONDocument(Array("{}".utf8)).root
    }

    private func opened(inFlight: Int = 256) throws -> ClientConnectionState {
        var limits = WireLimits()
        limits.inFlight = inFlight
        let own = try #require(WireIdentity(service: "tester", instance: "c"))
        let server = ServerHandshake(
            own: try #require(WireIdentity(service: "server", instance: "s")), secret: Stage.secret)
        var state = ClientConnectionState(
            ClientHandshake(own: own, peer: "server", secret: Stage.secret), limits: limits)
        guard case .auth(let auth) = state.receive(.hello(server.hello)) else { throw RawPeer.Refused() }
        let (_, proof) = try server.accept(auth)
        guard case .opened(let identity) = state.receive(.welcome(Welcome(mac: proof))) else { throw RawPeer.Refused() }
        #expect(identity.instance == "s")
        return state
    }

    @Test func idsCountUpFromOne() throws {
        var state = try opened()
        for id in 1...5 { #expect(try state.begin(until: at(1_000)) == id) }
    }

    @Test func anAnswerResumesItsCallerOnceAndASecondOneEndsTheConnection() throws {
        var state = try opened()
        _ = try state.begin(until: at(1_000))
        guard case .resume(1, .success) = state.receive(.answer(id: 1, body)),
            case .close(_, true) = state.receive(.answer(id: 1, body))
        else {
            Issue.record("not as expected")
            return
        }
        #expect(throws: WireError.self) { try state.begin(until: at(1_000)) }
    }

    @Test func whatIsAbandonedTakesRoomUntilTheServerAnswers() throws {
        var state = try opened(inFlight: 1)
        let id = try state.begin(until: at(1_000))
        #expect(state.abandon(id) == true)
        #expect(state.abandon(id) == false)
        #expect { try state.begin(until: at(1_000)) } throws: { ($0 as? WireError)?.code == .resourceExhausted }
        guard case .none = state.receive(.failure(id: id, WireError(.cancelled, ""))) else {
            Issue.record("an abandoned call was resumed")
            return
        }
        #expect(try state.begin(until: at(1_000)) == 2)
    }

    @Test func aPassedDeadlineComesOutOnce() throws {
        var state = try opened()
        _ = try state.begin(until: at(10))
        _ = try state.begin(until: at(20))
        #expect(state.nextLook == at(10))
        #expect(state.expire(at: at(15)) == [1])
        #expect(state.expire(at: at(15)).isEmpty)
        #expect(state.inFlight == 2)
        guard case .none = state.receive(.answer(id: 1, body)),
            case .resume(2, .success) = state.receive(.answer(id: 2, body))
        else {
            Issue.record("not as expected")
            return
        }
    }

    @Test func afterAGoawayNothingNewBeginsAndItIsDrainedWithTheLastAnswer() throws {
        var state = try opened()
        _ = try state.begin(until: at(1_000))
        guard case .goaway = state.receive(.goaway) else {
            Issue.record("no goaway")
            return
        }
        #expect { try state.begin(until: at(1_000)) } throws: { ($0 as? WireError)?.code == .unavailable }
        #expect(!state.isDrained)
        _ = state.receive(.answer(id: 1, body))
        #expect(state.isDrained)
    }

    @Test func anErrorFromBeforeTheWelcomeIsTheReason() throws {
        let own = try #require(WireIdentity(service: "tester", instance: "c"))
        var state = ClientConnectionState(
            ClientHandshake(own: own, peer: "server", secret: Stage.secret), limits: .standard)
        guard case .close(let reason, false) = state.receive(.connectionError(WireError(.unauthenticated, "no"))) else {
            Issue.record("not closed")
            return
        }
        #expect(reason.code == .unauthenticated)
    }
}
