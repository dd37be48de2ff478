import Contracts
import Glibc
import Loop
import Telemetry
import Wire

/// The wire protocol with typed bodies and asynchronous handlers, client and server in processes of their own.
enum WireBench {
    static let secret = Array("benchmarks-only-0123456789abcdef".utf8)

    /// About 1 KiB as JSON.
    struct Message: Codable, Sendable, Equatable {
        var conversation: String
        var number: Int
        var text: String
        var isLast: Bool
        var price: Double

        static func sized(_ number: Int) -> Message {
            Message(
                conversation: "0123456789abcdef0123456789abcdef", number: number,
                text: String(repeating: "¿Tienen una habitación doble con vistas? ", count: 20), isLast: false,
                price: 98.5)
        }
    }

    enum EchoOperation: Operation {
        typealias Request = Message
        typealias Response = Message
        static let name = "bench.echo"
        static let idempotent = true
        static let callers: Set<String> = ["bench"]
    }

    /// Serves until the process ends. Prints the port.
    static func serve() async throws -> Never {
        let loop = try EventLoop(name: "wire-server")
        let server = WireServer(
            loop: loop, service: "echo", instance: "server", secret: secret, observability: .quiet(service: "echo"))
        await server.handle(EchoOperation.self) { request, _ in request }
        print(try await server.listen(on: SocketAddress(host: "127.0.0.1", port: 0)).port ?? 0)
        fflush(nil)
        while true { try await Task.sleep(for: .seconds(3_600)) }
    }

    /// Round trips a second: `inFlight` calls on each of `connections`.
    static func measure(port: UInt16, connections: Int, inFlight: Int, for duration: Duration) async throws -> Double {
        let loop = try EventLoop(name: "wire-client")
        defer { loop.stop() }
        let callers = (0..<connections).map { number in
            Caller(loop: loop, port: port, instance: "client-\(number)")
        }
        for caller in callers { try await caller.connect() }
        let end = ContinuousClock.now + duration
        let began = ContinuousClock.now
        let total = await withTaskGroup(of: Int.self) { group in
            for caller in callers { group.addTask { await caller.callAll(inFlight, until: end) } }
            return await group.reduce(0, +)
        }
        let seconds = Double(began.nanoseconds(to: .now)) / 1e9
        for caller in callers { await caller.stop() }
        return Double(total) / seconds
    }

    /// One client on the loop of all.
    private actor Caller {
        nonisolated let loop: EventLoop
        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
        private let client: WireClient
        private var done = 0

        init(loop: EventLoop, port: UInt16, instance: String) {
            self.loop = loop
            client = WireClient(
                loop: loop, peer: "echo", host: "127.0.0.1", port: port, service: "bench", instance: instance,
                secret: secret, resolver: Resolver(), observability: .quiet(service: "bench"))
        }

        func connect() async throws {
            await client.start()
            while await !client.isConnected { try await loop.sleep(for: .milliseconds(2)) }
        }

        func callAll(_ inFlight: Int, until end: ContinuousClock.Instant) async -> Int {
            let tasks = (0..<inFlight).map { _ in Task.immediate { await callOn(until: end) } }
            for task in tasks { await task.value }
            return done
        }

        private func callOn(until end: ContinuousClock.Instant) async {
            let message = Message.sized(1)
            while ContinuousClock.now < end {
                guard let answer = try? await client.call(EchoOperation.self, message, deadline: .seconds(5)),
                    answer.number == 1
                else { return }
                done += 1
            }
        }

        func stop() async { await client.stop() }
    }
}
