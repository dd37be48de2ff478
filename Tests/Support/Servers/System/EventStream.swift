import Glibc
import Loop

/// A reader of the gateway's server-sent events that comes again, with the last id, when the connection ends: what browsers do.
public actor EventStream {
    public struct Event: Sendable {
        public var id: String?
        public var name: String
        public var data: String
    }

    nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let port: UInt16
    private let token: String
    private var descriptor: Int32?
    private var received: [UInt8] = []
    private var isInBody = false
    private var lastID: String?
    private var isClosed = false
    /// Of all names, in the order in which they came.
    public private(set) var events: [Event] = []
    /// How often it has connected.
    public private(set) var connections = 0

    init(port: UInt16, token: String, loop: EventLoop) {
        self.port = port
        self.token = token
        self.loop = loop
    }

    /// The hotel's replies.
    public var messages: [Event] { events.filter { $0.name == "message" } }

    func start() { connect() }

    /// Goes away for good.
    public func close() {
        isClosed = true
        disconnect()
    }

    /// Comes back with the last id that it has.
    public func reopen() {
        isClosed = false
        connect()
    }

    private func connect() {
        guard !isClosed, let address = try? SocketAddress(host: "127.0.0.1", port: port),
            let (descriptor, _) = try? Socket.connect(to: address)
        else { return comeAgain() }
        connections += 1
        self.descriptor = descriptor
        received = []
        isInBody = false
        loop.watch(descriptor, for: .writable) { _ in self.assumeIsolated { $0.ask(descriptor) } }
    }

    private func ask(_ descriptor: Int32) {
        guard descriptor == self.descriptor else { return }
        loop.unwatch(descriptor)
        let last = lastID.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        let request =
            "GET /api/chat/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\(last)\r\n"
        // A few hundred bytes fit into the empty buffer of a new socket.
        _ = Array(request.utf8).withUnsafeBytes { Socket.send(descriptor, $0) }
        loop.watch(descriptor, for: .readable) { _ in self.assumeIsolated { $0.receive(descriptor) } }
    }

    private func receive(_ descriptor: Int32) {
        guard descriptor == self.descriptor else { return }
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            switch buffer.withUnsafeMutableBytes({ Socket.receive(descriptor, into: $0) }) {
            case .bytes(let count):
                received += buffer[..<count]
                read()
            case .wouldBlock: return
            case .closed, .failed:
                disconnect()
                return comeAgain()
            }
        }
    }

    private func disconnect() {
        guard let descriptor else { return }
        loop.unwatch(descriptor)
        Socket.close(descriptor)
        self.descriptor = nil
    }

    private func comeAgain() {
        guard !isClosed else { return }
        loop.schedule(after: .milliseconds(200)) { self.assumeIsolated { $0.connect() } }
    }

    private func read() {
        if !isInBody {
            guard let end = received.firstRange(of: [13, 10, 13, 10]) else { return }
            received.removeFirst(end.upperBound)
            isInBody = true
        }
        while let end = received.firstRange(of: [10, 10]) {
            let text = String(decoding: received[..<end.lowerBound], as: UTF8.self)
            received.removeFirst(end.upperBound)
            take(text)
        }
    }

    private func take(_ text: String) {
        var event = Event(name: "message", data: "")
        var data: [Substring] = []
        for line in text.split(separator: "\n") where line.first != ":" {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = parts[1].hasPrefix(" ") ? parts[1].dropFirst() : parts[1]
            switch parts[0] {
            case "id": event.id = String(value)
            case "event": event.name = String(value)
            case "data": data.append(value)
            default: break
            }
        }
        guard !data.isEmpty else { return }
        event.data = data.joined(separator: "\n")
        lastID = event.id ?? lastID
        events.append(event)
    }
}
