import JSON
import Synchronization
import Telemetry

/// Keeps what a logger writes.
final class Lines: Sendable {
    private let lines = Mutex<[[UInt8]]>([])

    func logger(_ level: LogLevel = .debug, secrets: [String] = []) -> Logger {
        Logger(service: "gateway", level: level, secrets: secrets) { line in self.lines.withLock { $0.append(line) } }
    }

    var count: Int { lines.withLock { $0.count } }

    /// The lines as JSON; throws when one is not, or does not end with its only line feed.
    func documents() throws -> [JSONNode] {
        try lines.withLock { $0 }.map { line in
            guard line.firstIndex(of: UInt8(ascii: "\n")) == line.count - 1 else {
                throw JSONError(offset: line.count, problem: "not one line")
            }
            return try JSONDocument(line).root
        }
    }
}
