import Glibc
import JSON
import Loop
import Support
import Testing

@testable import Wire

/// A peer that sends what it likes, byte for byte, and shows what came back.
actor RawPeer {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let descriptor: Int32
    private var decoder = FrameDecoder(limit: 8 << 20)
    private var isWatching = false
    private(set) var frames: [JSONDocument] = []
    /// The other side closed or reset the connection.
    private(set) var isEnded = false
    private var isClosed = false

    /// Connects at once: the tests' servers are on this machine.
    init(to address: SocketAddress, loop: EventLoop) throws {
        self.init(accepted: try Socket.connect(to: address).descriptor, loop: loop)
    }

    init(accepted descriptor: Int32, loop: EventLoop) {
        self.descriptor = descriptor
        self.loop = loop
    }

    func start() {
        loop.watch(descriptor, for: .readable) { [self] _ in receive() }
    }

    private func receive() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isEnded {
            switch buffer.withUnsafeMutableBytes({ Socket.receive(descriptor, into: $0) }) {
            case .bytes(let count):
                buffer.withUnsafeBytes { bytes in
                    var rest = UnsafeRawBufferPointer(rebasing: bytes.prefix(count))
                    while let frame = try? decoder.next(&rest) {
                        do {
                            frames.append(try JSONDocument(frame))
                        } catch {
                            Issue.record("not JSON: \(String(decoding: frame, as: UTF8.self))")
                        }
                    }
                }
            case .wouldBlock: return
            case .closed, .failed:
                isEnded = true
                loop.unwatch(descriptor)
            }
        }
    }

    /// Sends bytes as they are, in pieces if the socket does not take them at once.
    func send(bytes: [UInt8]) async {
        var rest = bytes[...]
        let isSent = await eventually {
            while !rest.isEmpty, !isEnded {
                switch rest.withUnsafeBytes({ Socket.send(descriptor, $0) }) {
                case .bytes(let count): rest = rest.dropFirst(count)
                case .wouldBlock: return false
                case .closed, .failed: return true
                }
            }
            return true
        }
        #expect(isSent)
    }

    func send(_ json: String) async {
        await send(bytes: Self.frame(Array(json.utf8)))
    }

    static func frame(_ body: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(body.count).bigEndian) { Array($0) } + body
    }

    /// The frame with this number, counted from 0, once it has come.
    func frame(_ number: Int) async throws -> JSONNode {
        #expect(await eventually { frames.count > number || isEnded })
        return try #require(frames.count > number ? frames[number].root : nil, "the connection ended before")
    }

    /// The answer to a request.
    func answer(_ id: Int) async throws -> JSONNode {
        #expect(await eventually { answers(id).first != nil || isEnded })
        return try #require(answers(id).first, "the connection ended before")
    }

    func answers(_ id: Int) -> [JSONNode] { frames.map(\.root).filter { $0["id"]?.int == id } }

    /// The server did not let it in.
    struct Refused: Error {}

    /// Shakes hands as `service`: the server's frames 0 and 1.
    func shakeHands(as service: String = "tester", secret: [UInt8] = Stage.secret) async throws {
        let hello = try #require(try await frame(0)["hello"]?.decode(Hello.self))
        let own = try #require(WireIdentity(service: service, instance: "raw"))
        var handshake = ClientHandshake(own: own, peer: hello.service, secret: secret)
        let auth = try handshake.answer(hello)
        await send(String(decoding: try JSONCoder.encode(["auth": auth]), as: UTF8.self))
        guard let welcome = try await frame(1)["welcome"]?.decode(Welcome.self) else { throw Refused() }
        _ = try handshake.verify(welcome)
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        if !isEnded { loop.unwatch(descriptor) }
        isEnded = true
        Socket.close(descriptor)
    }
}
