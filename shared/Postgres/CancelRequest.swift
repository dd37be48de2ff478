import CPostgres
import Loop
import Synchronization

/// Asks the server to give up what a connection runs now. It goes over a connection of its own, which libpq opens and blocks on: on a thread of
/// its own. Whether it comes in time is the server's affair.
///
/// Unchecked: libpq lets any thread use a PGcancel, which nothing else holds; it is freed once, when nobody refers to it.
final class CancelRequest: @unchecked Sendable {
    private static let executor = BlockingExecutor(name: "postgres-cancel")
    private static let waiting = Atomic<Int>(0)
    /// Where the network is cut each blocks for seconds.
    private static let maximumWaiting = 16

    private let raw: OpaquePointer

    /// Nil when the connection is not open.
    init?(connection: OpaquePointer) {
        guard let raw = PQgetCancel(connection) else { return nil }
        self.raw = raw
    }

    deinit {
        PQfreeCancel(raw)
    }

    /// Sends it soon; not at all when many wait already, because then nothing comes through.
    func send() {
        guard Self.waiting.add(1, ordering: .relaxed).newValue <= Self.maximumWaiting else {
            Self.waiting.subtract(1, ordering: .relaxed)
            return
        }
        Task {
            // The body throws nothing.
            try? await Self.executor.run { [self] in
                var problem = [CChar](repeating: 0, count: 256)
                // A request that fails changes nothing: the connection is closed soon anyhow.
                _ = PQcancel(raw, &problem, Int32(problem.count))
            }
            Self.waiting.subtract(1, ordering: .relaxed)
        }
    }
}
