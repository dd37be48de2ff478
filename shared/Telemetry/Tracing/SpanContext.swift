/// Which span of which trace something belongs to: what crosses from process to process.
public struct SpanContext: Hashable, Sendable {
    /// The first and the last eight bytes of the trace's sixteen; never both zero.
    public var traceIDHigh: UInt64
    public var traceIDLow: UInt64
    /// Never zero.
    public var spanID: UInt64
    /// Whether the trace is being recorded.
    public var isSampled: Bool

    public init(traceIDHigh: UInt64, traceIDLow: UInt64, spanID: UInt64, isSampled: Bool) {
        self.traceIDHigh = traceIDHigh
        self.traceIDLow = traceIDLow
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// 32 lower-case hexadecimal digits.
    public var traceIDText: String { Hex.text(traceIDHigh) + Hex.text(traceIDLow) }
    /// 16 lower-case hexadecimal digits.
    public var spanIDText: String { Hex.text(spanID) }
}

/// Where the running task's span is kept.
public enum Trace {
    /// The context of the span that the running task works for.
    @TaskLocal public static var current: SpanContext?
}

enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Sixteen digits.
    static func text(_ value: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            for index in 0..<16 { buffer[index] = digits[Int(value >> UInt64(60 - 4 * index) & 15)] }
            return 16
        }
    }

    /// The number that up to sixteen digits stand for; nil when there is anything else, or nothing.
    static func value(_ text: some Sequence<UInt8>, allowsCapitals: Bool) -> UInt64? {
        var value: UInt64 = 0
        var count = 0
        for byte in text {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"):
                guard allowsCapitals else { return nil }
                digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            value = value << 4 | UInt64(digit)
            count += 1
        }
        return 1...16 ~= count ? value : nil
    }
}
