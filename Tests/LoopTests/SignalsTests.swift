import Glibc
import Support
import Synchronization
import Testing

@testable import Loop

@Suite struct SignalsTests {
    /// The main thread of this process waits in libdispatch with an empty mask, as a service's does.
    @Test func `a watched signal reaches its loop and ends nothing`() async throws {
        let loop = try EventLoop(name: "signals")
        let heard = Heard()
        loop.execute {
            // Both are tests' own; nothing else uses them.
            #expect(throws: Never.self) { try Signals.watch([SIGUSR1, SIGUSR2], on: loop) { heard.add($0) } }
            kill(getpid(), SIGUSR1)
        }
        #expect(await eventually { heard.all == [SIGUSR1] })
        kill(getpid(), SIGUSR2)
        #expect(await eventually { heard.all == [SIGUSR1, SIGUSR2] })
    }
}

private final class Heard: Sendable {
    private let numbers = Mutex<[Int32]>([])

    var all: [Int32] { numbers.withLock { $0 } }

    func add(_ number: Int32) { numbers.withLock { $0.append(number) } }
}
