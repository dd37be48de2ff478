import CRedis
import Glibc
import Loop

/// One connection of hiredis' asynchronous API, attached to the loop by hand. Belongs to the loop's thread.
///
/// hiredis owns the context: it frees it on a failed connect, on an error, and on `close`, and always calls `cleanup` before; from then on nothing
/// here touches it.
final class RedisLink {
    /// Nil once hiredis has freed it.
    private var context: UnsafeMutablePointer<redisAsyncContext>?
    private let loop: EventLoop
    private let descriptor: Int32
    private var interest: Readiness = []
    private var isWatched = false
    private var isConnected = false
    private var onConnected: () -> Void
    private var onEnd: (RedisError) -> Void
    /// Called with channel and payload.
    var onMessage: (String, [UInt8]) -> Void = { _, _ in }
    /// When bytes came last.
    private(set) var lastHeard = ContinuousClock.now

    /// Begins to connect. Exactly one of: `onConnected`, later `onEnd`; or only `onEnd`. Neither is called before this returns.
    init(
        to address: SocketAddress, loop: EventLoop, onConnected: @escaping () -> Void,
        onEnd: @escaping (RedisError) -> Void
    ) throws(RedisError) {
        let created =
            switch address {
            case .unix(let path): redisAsyncConnectUnix(path)
            // A literal: hiredis would resolve a name blocking.
            case .ipv4(_, let port), .ipv6(_, let port, _): redisAsyncConnect(address.host, Int32(port))
            }
        guard let created else { throw RedisError(.notConnected, "out of memory") }
        guard created.pointee.err == 0 else {
            let error = Self.error(created, .notConnected)
            redisAsyncFree(created)
            throw error
        }
        context = created
        descriptor = created.pointee.c.fd
        self.loop = loop
        self.onConnected = onConnected
        self.onEnd = onEnd
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        attach(created)
    }

    private func attach(_ context: UnsafeMutablePointer<redisAsyncContext>) {
        // Released in `cleanup`, after which hiredis calls nothing any more.
        context.pointee.ev.data = Unmanaged.passRetained(self).toOpaque()
        context.pointee.ev.addRead = { RedisLink.from($0)?.want(.readable, true) }
        context.pointee.ev.delRead = { RedisLink.from($0)?.want(.readable, false) }
        context.pointee.ev.addWrite = { RedisLink.from($0)?.want(.writable, true) }
        context.pointee.ev.delWrite = { RedisLink.from($0)?.want(.writable, false) }
        context.pointee.ev.cleanup = { data in
            guard let data else { return }
            Unmanaged<RedisLink>.fromOpaque(data).takeRetainedValue().cleanUp()
        }
        // Last: it asks to be told when the socket can be written.
        redisAsyncSetConnectCallback(context) { context, status in
            guard status == REDIS_OK else { return }
            RedisLink.from(context?.pointee.ev.data)?.didConnect()
        }
    }

    private static func from(_ data: UnsafeMutableRawPointer?) -> RedisLink? {
        data.map { Unmanaged<RedisLink>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func error(
        _ context: UnsafeMutablePointer<redisAsyncContext>, _ kind: RedisError.Kind
    ) -> RedisError {
        let text = context.pointee.err == 0 ? nil : context.pointee.errstr.map { String(cString: $0) }
        return RedisError(kind, text ?? "the connection ended")
    }

    // MARK: What hiredis asks for

    private func want(_ what: Readiness, _ isWanted: Bool) {
        let wanted = isWanted ? interest.union(what) : interest.subtracting(what)
        guard wanted != interest || !isWatched else { return }
        interest = wanted
        if isWatched {
            loop.update(descriptor, for: interest)
        } else {
            isWatched = true
            loop.watch(descriptor, for: interest) { [self] in ready($0) }
        }
    }

    private func ready(_ readiness: Readiness) {
        if readiness.contains(.readable) { lastHeard = .now }
        if interest.contains(.readable), !readiness.isDisjoint(with: [.readable, .failed]), let context {
            redisAsyncHandleRead(context)
        }
        // Reading may have ended it.
        if interest.contains(.writable), !readiness.isDisjoint(with: [.writable, .failed]), let context {
            redisAsyncHandleWrite(context)
        }
    }

    private func didConnect() {
        isConnected = true
        lastHeard = .now
        onConnected()
    }

    private func cleanUp() {
        guard let context else { return }
        self.context = nil
        if isWatched { loop.unwatch(descriptor) }
        isWatched = false
        onEnd(Self.error(context, isConnected ? .connectionLost : .notConnected))
        onConnected = {}
        onEnd = { _ in }
        onMessage = { _, _ in }
    }

    // MARK: Commands

    /// Sends a command; `job` gets its answer, or the connection's end.
    func send(_ words: [[UInt8]], _ job: RedisJob) {
        let retained = Unmanaged.passRetained(job)
        let isSent = write(words, retained.toOpaque()) { context, reply, data in
            guard let data else { return }
            let job = Unmanaged<RedisJob>.fromOpaque(data).takeRetainedValue()
            guard let reply else {
                let text = context?.pointee.errstr.map { String(cString: $0) } ?? ""
                return job.finish(
                    .failure(
                        RedisError(.connectionLost, text.isEmpty ? "the connection ended" : text, outcomeUnknown: true))
                )
            }
            let answer = reply.assumingMemoryBound(to: redisReply.self).pointee
            if answer.type == REDIS_REPLY_ERROR, let text = answer.str {
                job.finish(.failure(RedisError(server: String(cString: text))))
            } else {
                job.finish(.success(RedisReply(answer)))
            }
        }
        guard !isSent else { return }
        retained.release()
        job.finish(.failure(RedisError(.notConnected, "the connection has ended")))
    }

    /// Asks for a sign of life; any byte that comes counts.
    func ping() {
        _ = write([Array("PING".utf8)], nil, nil)
    }

    /// Sends SUBSCRIBE; what comes on the channels goes to `onMessage`.
    func subscribe(_ channels: [String]) {
        _ = write([Array("SUBSCRIBE".utf8)] + channels.map { Array($0.utf8) }, nil) { context, reply, _ in
            guard let reply, let link = RedisLink.from(context?.pointee.ev.data) else { return }
            let answer = RedisReply(reply.assumingMemoryBound(to: redisReply.self).pointee)
            guard let parts = answer.elements, parts.count == 3, parts[0].text == "message",
                let channel = parts[1].text, let payload = parts[2].bytes
            else { return }
            link.onMessage(channel, payload)
        }
    }

    func unsubscribe(_ channel: String) {
        // It has no answer of its own.
        _ = write([Array("UNSUBSCRIBE".utf8), Array(channel.utf8)], nil, nil)
    }

    private typealias Callback =
        @convention(c) (
            UnsafeMutablePointer<redisAsyncContext>?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
        ) -> Void

    private func write(
        _ words: [[UInt8]], _ data: UnsafeMutableRawPointer?, _ callback: Callback?
    ) -> Bool {
        guard let context else { return false }
        var lengths: [Int] = []
        var bytes: [UInt8] = []
        for word in words {
            lengths.append(word.count)
            bytes += word
        }
        // So that there is an address also when all words are empty.
        bytes.append(0)
        return bytes.withUnsafeBytes { buffer in
            var start = 0
            var pointers: [UnsafePointer<CChar>?] = lengths.map { length in
                defer { start += length }
                return buffer.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) }
            }
            return redisAsyncCommandArgv(context, callback, data, Int32(words.count), &pointers, lengths) == REDIS_OK
        }
    }

    /// Ends it; what is unanswered is told so. When called from an answer's callback it takes effect after that.
    func close() {
        guard let context else { return }
        redisAsyncFree(context)
    }
}
