import CLinux
import Glibc
import Loop

/// The least that any server of frames can do: one epoll thread gives back what it gets. The wire protocol is measured beside it.
enum Echo {
    /// Serves until the process ends. Prints the port.
    static func serve() throws -> Never {
        let listener = try Socket.listen(on: SocketAddress(host: "127.0.0.1", port: 0))
        print(try Socket.localAddress(of: listener).port ?? 0)
        fflush(nil)
        let epoll = epoll_create1(0)
        add(listener, to: epoll)
        var events = [epoll_event](repeating: epoll_event(), count: 256)
        var buffer = [UInt8](repeating: 0, count: 262_144)
        while true {
            let count = epoll_wait(epoll, &events, 256, -1)
            for index in 0..<max(0, Int(count)) {
                let descriptor = Int32(truncatingIfNeeded: events[index].data.u64)
                if descriptor == listener {
                    while let (accepted, _) = try Socket.accept(listener) { add(accepted, to: epoll) }
                } else {
                    echo(descriptor, &buffer)
                }
            }
        }
    }

    private static func add(_ descriptor: Int32, to epoll: Int32) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = UInt64(UInt32(bitPattern: descriptor))
        epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
    }

    private static func echo(_ descriptor: Int32, _ buffer: inout [UInt8]) {
        guard case .bytes(let count) = buffer.withUnsafeMutableBytes({ Socket.receive(descriptor, into: $0) }) else {
            Socket.close(descriptor)
            return
        }
        var sent = 0
        while sent < count {
            let result = buffer.withUnsafeBytes {
                Socket.send(descriptor, UnsafeRawBufferPointer(rebasing: $0[sent..<count]))
            }
            switch result {
            case .bytes(let more): sent += more
            // The client of the benchmark always reads on.
            case .wouldBlock: continue
            case .closed, .failed: return
            }
        }
    }

    /// Round trips a second of frames of `size` bytes: `inFlight` on each of `connections`.
    static func measure(port: UInt16, connections: Int, inFlight: Int, size: Int, for duration: Duration) throws
        -> Double
    {
        let frame = [UInt8](repeating: 0x61, count: size)
        let window = [[UInt8]](repeating: frame, count: inFlight).flatMap(\.self)
        let epoll = epoll_create1(0)
        defer { close(epoll) }
        var received: [Int32: Int] = [:]
        for _ in 0..<connections {
            let (descriptor, _) = try Socket.connect(to: SocketAddress(host: "127.0.0.1", port: port))
            var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = Glibc.poll(&poll, 1, 1_000)
            add(descriptor, to: epoll)
            received[descriptor] = 0
            _ = window.withUnsafeBytes { Socket.send(descriptor, $0) }
        }
        var events = [epoll_event](repeating: epoll_event(), count: 256)
        var buffer = [UInt8](repeating: 0, count: 262_144)
        var roundTrips = 0
        let began = ContinuousClock.now
        while began.duration(to: .now) < duration {
            let count = epoll_wait(epoll, &events, 256, 100)
            for index in 0..<max(0, Int(count)) {
                let descriptor = Int32(truncatingIfNeeded: events[index].data.u64)
                guard case .bytes(let count) = buffer.withUnsafeMutableBytes({ Socket.receive(descriptor, into: $0) })
                else { continue }
                let total = (received[descriptor] ?? 0) + count
                let whole = total / size
                received[descriptor] = total % size
                roundTrips += whole
                // As many frames again as came back; the kernel's buffers hold the window.
                _ = window.withUnsafeBytes {
                    Socket.send(descriptor, UnsafeRawBufferPointer(rebasing: $0[..<(whole * size)]))
                }
            }
        }
        for descriptor in received.keys { Socket.close(descriptor) }
        return Double(roundTrips) / (Double(began.nanoseconds(to: .now)) / 1e9)
    }
}
