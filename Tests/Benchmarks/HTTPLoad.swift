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
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    private var finished: CheckedContinuation<Void, Never>?

    private struct Connection {
        /// The start of a response, when it came in pieces.
        var received: [UInt8] = []
        var hasBegun = false
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
        if !connection.hasBegun, readiness.contains(.writable) {
            connections[descriptor]?.hasBegun = true
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
        switch buffer.withUnsafeMutableBytes({ Socket.receive(descriptor, into: $0) }) {
        case .bytes(let count):
            takeResponse(descriptor, count)
        case .wouldBlock: return
        case .closed, .failed: close(descriptor, failed: true)
        }
    }

    private func takeResponse(_ descriptor: Int32, _ count: Int) {
        guard let connection = connections[descriptor] else { return }
        let status: Int?
        if connection.received.isEmpty {
            status = buffer.withUnsafeBytes { Self.wholeResponse(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            if status == nil { connections[descriptor]?.received = Array(buffer[..<count]) }
        } else {
            connections[descriptor]?.received += buffer[..<count]
            status = connections[descriptor]?.received.withUnsafeBytes { Self.wholeResponse($0) }
            if status != nil { connections[descriptor]?.received = [] }
        }
        guard let status else { return }
        outcome.requests += 1
        outcome.samples.add(connection.sentAt.nanoseconds(to: .now))
        if !(200..<300).contains(status) { outcome.failures += 1 }
        if isOver { close(descriptor, failed: false) } else { send(descriptor) }
    }

    /// The status of a response that is there whole. Ours name their length as `Content-Length`.
    private static func wholeResponse(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count > 12, let end = find([13, 10, 13, 10], in: bytes) else { return nil }
        var length = 0
        if let name = find(lengthName, in: bytes), name < end {
            var index = name + lengthName.count
            while bytes[index] == 0x20 { index += 1 }
            while (0x30...0x39).contains(bytes[index]) {
                length = length * 10 + Int(bytes[index] - 0x30)
                index += 1
            }
        }
        guard bytes.count >= end + 4 + length else { return nil }
        return (9...11).reduce(0) { $0 * 10 + Int(bytes[$1]) - 0x30 }
    }

    private static let lengthName = Array("Content-Length:".utf8)

    private static func find(_ word: [UInt8], in bytes: UnsafeRawBufferPointer) -> Int? {
        var index = 0
        while index + word.count <= bytes.count {
            if bytes[index] == word[0], word.indices.allSatisfy({ bytes[index + $0] == word[$0] }) { return index }
            index += 1
        }
        return nil
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
