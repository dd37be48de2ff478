import Loop
import Support
import Testing

@testable import Wire

/// One client and several servers behind one name.
@Suite struct WireInstancesTests {
    private struct Fleet {
        var servers: [(name: String, server: WireServer, address: SocketAddress)] = []
        var addresses: [SocketAddress] { servers.map(\.address) }
    }

    /// Servers that answer with their own name.
    private func fleet(_ count: Int, on stage: Stage) async throws -> Fleet {
        var fleet = Fleet()
        for number in 1...count {
            let name = "fleet-\(number)"
            let (server, address) = try await stage.startServer(name) { _, _ in Text(text: name) }
            fleet.servers.append((name, server, address))
        }
        return fleet
    }

    private func whoAnswers(_ client: WireClient, _ affinity: String?) async throws -> String {
        try await client.call(Echo.self, Text(text: ""), deadline: .seconds(10), affinity: affinity).text
    }

    @Test func everyInstanceIsConnectedAndSharesTheWork() async throws {
        let stage = try Stage()
        let fleet = try await fleet(3, on: stage)
        let client = await stage.startClient(Addresses(fleet.addresses))
        #expect(await eventually { await client.instanceCount == 3 })
        var answers: [String: Int] = [:]
        for _ in 0..<300 { answers[try await whoAnswers(client, nil), default: 0] += 1 }
        for (name, _, _) in fleet.servers { #expect((answers[name] ?? 0) > 30) }
        await client.stop()
    }

    @Test func aConversationStaysWithItsInstanceAndMovesOnlyWhenThatOneGoes() async throws {
        let stage = try Stage()
        let fleet = try await fleet(3, on: stage)
        let client = await stage.startClient(Addresses(fleet.addresses))
        #expect(await eventually { await client.instanceCount == 3 })
        let names = fleet.servers.map(\.name)
        for number in 0..<60 {
            let expected = Rendezvous.choose("guest \(number)", among: names)
            for _ in 0..<2 { #expect(try await whoAnswers(client, "guest \(number)") == expected) }
        }
        await fleet.servers[1].server.close()
        #expect(await eventually { await client.instanceCount == 2 })
        for number in 0..<60 {
            let expected = Rendezvous.choose("guest \(number)", among: [names[0], names[2]])
            #expect(try await whoAnswers(client, "guest \(number)") == expected)
        }
        await client.stop()
    }

    @Test func severalAddressesOfOneInstanceGetOneConnection() async throws {
        let stage = try Stage()
        let server = stage.makeServer()
        await server.handle(Echo.self) { text, _ in text }
        var addresses: [SocketAddress] = []
        for host in ["127.0.0.1", "127.0.0.2", "127.0.0.3"] {
            addresses.append(try await server.listen(on: SocketAddress(host: host, port: 0)))
        }
        let client = await stage.startClient(Addresses(addresses))
        #expect(await eventually { await client.instanceCount == 1 })
        let isSettled = await eventually { await server.connectionCount == 1 }
        #expect(isSettled)
        for _ in 0..<20 { _ = try await whoAnswers(client, nil) }
        #expect(await client.instanceCount == 1)
        await client.stop()
    }

    @Test func instancesThatComeAreFoundAndThoseThatGoAreForgotten() async throws {
        let stage = try Stage()
        let fleet = try await fleet(3, on: stage)
        let addresses = Addresses([fleet.addresses[0]])
        let client = await stage.startClient(addresses)
        #expect(await eventually { await client.instanceCount == 1 })
        addresses.set(fleet.addresses)
        #expect(await eventually { await client.instanceCount == 3 })
        addresses.set([fleet.addresses[2]])
        await fleet.servers[0].server.close()
        #expect(await eventually { await client.instanceCount == 2 })
        // A name server that is away cuts nobody off.
        addresses.set(nil)
        _ = try await whoAnswers(client, nil)
        #expect(await client.instanceCount == 2)
        await client.stop()
    }

    @Test func noRequestIsLostWhileInstancesLeaveInOrder() async throws {
        let stage = try Stage { $0.connectionWait = .seconds(10) }
        let loop = stage.loop
        var servers: [WireServer] = []
        var list: [SocketAddress] = []
        for _ in 0..<2 {
            let (server, address) = try await stage.startServer { text, _ in
                try await loop.sleep(for: .milliseconds(2))
                return text
            }
            servers.append(server)
            list.append(address)
        }
        let client = await stage.startClient(Addresses(list))
        #expect(await eventually { await client.instanceCount == 2 })
        let answered = Tally()
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    for number in 0..<50 {
                        let text = "\(worker) \(number)"
                        do {
                            let answer = try await client.call(Echo.self, Text(text: text), deadline: .seconds(20))
                            #expect(answer.text == text)
                            answered.add()
                        } catch {
                            Issue.record("lost: \(error)")
                        }
                    }
                }
            }
            group.addTask { [servers] in
                _ = await eventually { answered.count > 50 }
                await servers[0].drain(for: .seconds(10))
                await servers[0].close()
            }
        }
        #expect(answered.count == 400)
        await client.stop()
    }

    @Test func anIllInstanceIsLeftAloneAndTheOthersTakeItsWork() async throws {
        let stage = try Stage {
            $0.attempts = 1
            $0.breaker.openFor = .seconds(60)
        }
        let (_, ill) = try await stage.startServer("ill") { _, _ in throw WireError(.internal, "ill") }
        let (_, well) = try await stage.startServer("well") { _, _ in Text(text: "well") }
        let client = await stage.startClient(Addresses([ill, well]))
        #expect(await eventually { await client.instanceCount == 2 })
        var failures = 0
        for _ in 0..<200 {
            do {
                _ = try await whoAnswers(client, nil)
            } catch {
                failures += 1
            }
        }
        #expect((1...12).contains(failures))
        let guest = (0...).lazy.map(String.init).first { Rendezvous.choose($0, among: ["ill", "well"]) == "ill" }
        #expect(try await whoAnswers(client, guest) == "well")
        await client.stop()
    }
}
