import Loop

/// Keeps a number of connections busy with one request each for a while: what `wrk` does, with requests that are all different.
actor HTTPLoad {
    struct Outcome: Sendable {
        var requests = 0
        var failures = 0
        var seconds = 0.0
        var samples = Samples()

        var rate: Double { Double(requests) / seconds }
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let address: SocketAddress
    private let next: @Sendable () -> [UInt8]
    private var connections: [Int32: Connection] = [:]
    private var outcome = Outcome()
    private var isOver = false
    private var finished: CheckedContinuation<Void, Never>?

    private struct Connection {
        var received: [UInt8] = []
        var sentAt = ContinuousClock.now
        var unsent: ArraySlice<UInt8> = []
    }

    /// - Parameter next: gives the next whole request.
    init(loop: EventLoop, address: SocketAddress, next: @escaping @Sendable () -> [UInt8]) {
        self.loop = loop
        self.address = address
        self.next = next
    }

    func run(connections count: Int, for duration: Duration) async throws -> Outcome {
        let began = ContinuousClock.now
        for _ in 0..<count { try open() }
        loop.schedule(after: duration) { self.assumeIsolated { $0.isOver = true } }
        await withCheckedContinuation { finished = $0 }
        outcome.seconds = Double(began.nanoseconds(to: .now)) / 1e9
        return outcome
    }

    private func open() throws {
        let (descriptor, _) = try Socket.connect(to: address)
        connections[descriptor] = Connection()
        loop.watch(descriptor, for: [.readable, .writable]) { readiness in
            self.assumeIsolated { $0.ready(descriptor, readiness) }
        }
    }

    private func ready(_ descriptor: Int32, _ readiness: Readiness) {
        guard let connection = connections[descriptor] else { return }
        if connection.received.isEmpty, connection.unsent.isEmpty, readiness.contains(.writable) {
            // The first request: the connection has just been made.
            loop.update(descriptor, for: .readable)
            send(descriptor)
            return
        }
        if readiness.contains(.writable) { flush(descriptor) }
        if readiness.contains(.readable) || readiness.contains(.failed) { receive(descriptor) }
    }

    private func send(_ descriptor: Int32) {
        connections[descriptor]?.unsent = next()[...]
        connections[descriptor]?.sentAt = .now
        flush(descriptor)
    }

    private func flush(_ descriptor: Int32) {
        guard let unsent = connections[descriptor]?.unsent, !unsent.isEmpty else { return }
        switch unsent.withUnsafeBytes({ Socket.send(descriptor, $0) }) {
        case .bytes(let count):
            connections[descriptor]?.unsent = unsent.dropFirst(count)
            loop.update(descriptor, for: count < unsent.count ? [.readable, .writable] : .readable)
        case .wouldBlock: loop.update(descriptor, for: [.readable, .writable])
        case .closed, .failed: close(descriptor, failed: true)
        }
    }

    private func receive(_ descriptor: Int32) {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        switch buffer.withUnsafeMutableBytes({ Socket.receive(descriptor, into: $0) }) {
        case .bytes(let count):
            connections[descriptor]?.received += buffer[..<count]
            takeResponse(descriptor)
        case .wouldBlock: return
        case .closed, .failed: close(descriptor, failed: true)
        }
    }

    private func takeResponse(_ descriptor: Int32) {
        guard let connection = connections[descriptor], let status = Self.wholeResponse(connection.received) else { return }
        connections[descriptor]?.received.removeAll(keepingCapacity: true)
        outcome.requests += 1
        outcome.samples.add(connection.sentAt.nanoseconds(to: .now))
        if !(200..<300).contains(status) { outcome.failures += 1 }
        if isOver { close(descriptor, failed: false) } else { send(descriptor) }
    }

    /// The status of a response that is there whole; it has a Content-Length.
    private static func wholeResponse(_ bytes: [UInt8]) -> Int? {
        guard let end = bytes.firstRange(of: [13, 10, 13, 10]) else { return nil }
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: ":")[1].filter(\.isNumber)) } ?? 0
        return bytes.count >= end.upperBound + length ? status : nil
    }

    private func close(_ descriptor: Int32, failed: Bool) {
        if failed { outcome.failures += 1 }
        loop.unwatch(descriptor)
        Socket.close(descriptor)
        connections[descriptor] = nil
        if connections.isEmpty, let finished {
            self.finished = nil
            finished.resume()
        }
    }
}
