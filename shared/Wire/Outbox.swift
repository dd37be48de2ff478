import JSON
import Telemetry

/// The frames that wait to be sent, one behind the other in one buffer, so that what was gathered in a round of the loop leaves in one write.
struct Outbox {
    private(set) var bytes: [UInt8] = []
    /// How many of them have been sent.
    private var sent = 0

    /// Bytes that still wait.
    var count: Int { bytes.count - sent }

    /// Gives `send` what waits; it tells how many it took.
    mutating func drain(_ send: (UnsafeRawBufferPointer) -> Int) {
        sent += bytes.withUnsafeBytes { send(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
        guard sent == bytes.count else {
            // What was sent is dropped when it is the larger part, so that no byte is moved more than once on average.
            if sent > 65_536, sent > bytes.count / 2 {
                bytes.removeFirst(sent)
                sent = 0
            }
            return
        }
        sent = 0
        // What one large burst needed is not kept for a connection's whole life.
        if bytes.capacity > 262_144 { bytes = [] } else { bytes.removeAll(keepingCapacity: true) }
    }
}

extension Outbox {
    /// - Throws: what the body's encoding throws, or `FrameError` when it is too long; then nothing was written.
    mutating func request(
        _ id: Int, _ operation: String, milliseconds: Int, trace: SpanContext?, _ body: some Encodable, limit: Int
    ) throws {
        try frame(limit: limit) { bytes in
            bytes.append(#"{"id":"#)
            bytes.append(decimal: id)
            bytes.append(#","op":""#)
            bytes.append(contentsOf: operation.utf8)
            bytes.append(#"","deadline_ms":"#)
            bytes.append(decimal: milliseconds)
            if let trace {
                bytes.append(#","trace":{"traceparent":""#)
                bytes.append(traceParent: trace)
                bytes.append(#"","uber-trace-id":""#)
                bytes.append(uberTraceID: trace)
                bytes.append(#""}"#)
            }
            bytes.append(#","body":"#)
            try JSONCoder.encode(body, into: &bytes)
            bytes.append("}")
        }
    }

    /// - Throws: what the body's encoding throws, or `FrameError` when it is too long; then nothing was written.
    mutating func answer(_ id: Int, _ body: some Encodable, limit: Int) throws {
        try frame(limit: limit) { bytes in
            bytes.append(#"{"id":"#)
            bytes.append(decimal: id)
            bytes.append(#","ok":"#)
            try JSONCoder.encode(body, into: &bytes)
            bytes.append("}")
        }
    }

    /// An error of one request, or without an id of the whole connection.
    mutating func failure(_ id: Int?, _ error: WireError) {
        short { bytes in
            bytes.append("{")
            if let id {
                bytes.append(#""id":"#)
                bytes.append(decimal: id)
                bytes.append(",")
            }
            bytes.append(#""error":{"code":""#)
            bytes.append(contentsOf: error.code.rawValue.utf8)
            bytes.append(#"","message":"#)
            bytes.append(quoted: error.message, limit: 1_024)
            bytes.append(error.retryable ? #","retryable":true"# : #","retryable":false"#)
            if let wait = error.retryAfter {
                bytes.append(#","retry_after_ms":"#)
                bytes.append(decimal: max(0, wait.wholeMilliseconds))
            }
            bytes.append("}}")
        }
    }

    mutating func hello(_ hello: Hello) {
        short { bytes in
            bytes.append(#"{"hello":{"v":"#)
            bytes.append(decimal: hello.version)
            bytes.append(fields: [("service", hello.service), ("instance", hello.instance), ("nonce", hello.nonce)])
            bytes.append("}}")
        }
    }

    mutating func auth(_ auth: Auth) {
        short { bytes in
            bytes.append(#"{"auth":{"v":"#)
            bytes.append(decimal: auth.version)
            bytes.append(fields: [
                ("service", auth.service), ("instance", auth.instance), ("nonce", auth.nonce), ("mac", auth.mac),
            ])
            bytes.append("}}")
        }
    }

    mutating func welcome(_ welcome: Welcome) {
        short { bytes in
            bytes.append(#"{"welcome":{"mac":"#)
            bytes.append(quoted: welcome.mac, limit: 64)
            bytes.append("}}")
        }
    }

    mutating func cancel(_ id: Int) { number(#"{"cancel":"#, id) }
    mutating func ping(_ number: Int) { self.number(#"{"ping":"#, number) }
    mutating func pong(_ number: Int) { self.number(#"{"pong":"#, number) }
    mutating func goaway() { short { $0.append(#"{"goaway":true}"#) } }

    private mutating func number(_ start: StaticString, _ number: Int) {
        short { bytes in
            bytes.append(start)
            bytes.append(decimal: number)
            bytes.append("}")
        }
    }

    /// Writes one frame around what `body` appends. When it throws, or when the frame is longer than `limit`, nothing of it remains.
    private mutating func frame(limit: Int, _ body: (inout [UInt8]) throws -> Void) throws {
        let start = beginFrame()
        do {
            try body(&bytes)
            let length = bytes.count - start - 4
            guard length <= limit else { throw FrameError(length: length, limit: limit) }
        } catch {
            bytes.removeSubrange(start...)
            throw error
        }
        endFrame(start)
    }

    /// Writes a frame whose length this module bounds by itself.
    private mutating func short(_ body: (inout [UInt8]) -> Void) {
        let start = beginFrame()
        body(&bytes)
        endFrame(start)
    }

    private mutating func beginFrame() -> Int {
        bytes.append(contentsOf: repeatElement(0, count: 4))
        return bytes.count - 4
    }

    private mutating func endFrame(_ start: Int) {
        let length = bytes.count - start - 4
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: UInt32(length).bigEndian, toByteOffset: start, as: UInt32.self)
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ text: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    fileprivate mutating func append(decimal number: Int) {
        guard number < 0 || number > 9 else {
            append(UInt8(ascii: "0") + UInt8(number))
            return
        }
        if number < 0 { append(UInt8(ascii: "-")) }
        let start = count
        var rest = number.magnitude
        while rest > 0 {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        self[start...].reverse()
    }

    /// What `SpanContext.traceparent` gives, without the strings: it is written with every request.
    fileprivate mutating func append(traceParent context: SpanContext) {
        append("00-")
        append(hex: context.traceIDHigh)
        append(hex: context.traceIDLow)
        append("-")
        append(hex: context.spanID)
        append(context.isSampled ? "-01" : "-00")
    }

    fileprivate mutating func append(uberTraceID context: SpanContext) {
        append(hex: context.traceIDHigh)
        append(hex: context.traceIDLow)
        append(":")
        append(hex: context.spanID)
        append(context.isSampled ? ":0:1" : ":0:0")
    }

    /// 16 lower-case digits.
    private mutating func append(hex number: UInt64) {
        let digits = StaticString("0123456789abcdef")
        for shift in stride(from: 60, through: 0, by: -4) {
            append(digits.utf8Start[Int(number >> UInt64(shift) & 15)])
        }
    }

    /// `,"name":"value"` for each.
    fileprivate mutating func append(fields: [(StaticString, String)]) {
        for (name, value) in fields {
            append(#",""#)
            append(name)
            append(#"":"#)
            append(quoted: value, limit: 64)
        }
    }

    /// A JSON string (RFC 8259 §7) of at most `limit` bytes of the text.
    fileprivate mutating func append(quoted text: String, limit: Int) {
        // Decoded again, because a cut may split a character.
        let text = text.utf8.count > limit ? String(decoding: text.utf8.prefix(limit), as: UTF8.self) : text
        let digits = StaticString("0123456789abcdef")
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<0x20:
                append(#"\u00"#)
                append(digits.utf8Start[Int(byte >> 4)])
                append(digits.utf8Start[Int(byte & 15)])
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }
}
