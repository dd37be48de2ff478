import Glibc
import Loop
import Testing

/// A client that sends exactly these bytes, as slowly or wrongly as a test wishes.
final class RawClient {
    struct Answer: Equatable {
        var status: Int
        var head: String
        var body: String

        func field(_ name: String) -> String? {
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("\(name.lowercased()): ") }
                .map { String($0.dropFirst(name.utf8.count + 2)) }
        }
    }

    enum Failure: Error {
        case closedEarly
        case notInTime
    }

    let descriptor: Int32
    private var received: [UInt8] = []
    /// Whether the server has sent its end, or reset the connection.
    private(set) var isOver = false

    init(_ address: SocketAddress) throws {
        descriptor = try Socket.connect(to: address).descriptor
    }

    /// Owns the descriptor of a connection that was accepted.
    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        Socket.close(descriptor)
    }

    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    func send(_ bytes: [UInt8]) async throws {
        try await sender.send(bytes)
    }

    /// To send while answers are read.
    var sender: RawSender { RawSender(descriptor) }

    /// Sends its end, and still reads.
    func finish() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Ends both directions at once, without a word.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        // Closes the connection and keeps the descriptor, which is closed once, at the end.
        var none = sockaddr()
        none.sa_family = sa_family_t(AF_UNSPEC)
        connect(descriptor, &none, socklen_t(MemoryLayout<sockaddr>.size))
    }

    /// The next answer, whose body is as long as its Content-Length says; `isHead`: it has none.
    func answer(isHead: Bool = false) async throws -> Answer {
        let head = try await read { bytes in
            let end = bytes.firstRange(of: Array("\r\n\r\n".utf8))
            return end?.upperBound
        }
        let text = String(decoding: head, as: UTF8.self)
        var answer = Answer(status: Int(text.split(separator: " ")[1]) ?? 0, head: text, body: "")
        let length = answer.field("Content-Length").flatMap(Int.init) ?? 0
        if length > 0, !isHead {
            let body = try await read { $0.count >= length ? length : nil }
            answer.body = String(decoding: body, as: UTF8.self)
        }
        return answer
    }

    /// Waits until this text has come, and takes everything up to its end.
    func text(through end: String) async throws -> String {
        let bytes = try await read { $0.firstRange(of: Array(end.utf8))?.upperBound }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Everything until the server closes.
    func rest() async throws -> String {
        while !isOver { try await receive() }
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    private func read(_ end: ([UInt8]) -> Int?) async throws -> [UInt8] {
        while true {
            if let count = end(received) {
                defer { received.removeFirst(count) }
                return Array(received.prefix(count))
            }
            guard !isOver else { throw Failure.closedEarly }
            try await receive()
        }
    }

    private var waits = 0

    private func receive() async throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        switch buffer.withUnsafeMutableBytes({ Socket.receive(descriptor, into: $0) }) {
        case .bytes(let count):
            received += buffer[..<count]
            waits = 0
        case .closed, .failed: isOver = true
        case .wouldBlock: try await wait()
        }
    }

    /// Waits a moment, without holding a thread; ten seconds of moments are an error.
    private func wait() async throws {
        waits += 1
        guard waits < 10_000 else { throw Failure.notInTime }
        try await Task.sleep(for: .milliseconds(1))
    }

    /// A request's bytes; POST has its length.
    static func request(_ method: String, _ path: String, _ fields: String = "", body: String = "") -> String {
        let length = method == "POST" ? "Content-Length: \(body.utf8.count)\r\n" : ""
        return "\(method) \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\(length)\r\n\(body)"
    }
}
