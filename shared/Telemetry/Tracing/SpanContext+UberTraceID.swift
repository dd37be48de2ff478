extension SpanContext {
    /// Reads Jaeger's `uber-trace-id` header, `trace:span:parent:flags`: ids may lack leading zeros, a trace's may have 64 bits only, the
    /// parent's is not looked at beyond its form, and the colons may be percent-encoded, as older clients send them.
    public init?(uberTraceID: String) {
        guard uberTraceID.utf8.count <= 128 else { return nil }
        let parts = Self.fields(of: uberTraceID)
        guard parts.count == 4, 1...32 ~= parts[0].count,
            let low = Hex.value(parts[0].suffix(16), allowsCapitals: true),
            let span = Hex.value(parts[1], allowsCapitals: true), span != 0,
            Hex.value(parts[2], allowsCapitals: true) != nil,
            parts[3].count <= 2, let flags = Hex.value(parts[3], allowsCapitals: true)
        else { return nil }
        var high: UInt64 = 0
        if parts[0].count > 16 {
            guard let value = Hex.value(parts[0].dropLast(16), allowsCapitals: true) else { return nil }
            high = value
        }
        guard high | low != 0 else { return nil }
        // Bit 0: sampled; bit 1: debug, which is sampled whatever the rates say.
        self.init(traceIDHigh: high, traceIDLow: low, spanID: span, isSampled: flags & 3 != 0)
    }

    /// As an `uber-trace-id` header; the parent's place, which is deprecated, says 0.
    public var uberTraceID: String { "\(traceIDText):\(spanIDText):0:\(isSampled ? 1 : 0)" }

    private static func fields(of text: String) -> [ArraySlice<UInt8>] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"),
                rest.prefix(2).elementsEqual([0x33, 0x41]) || rest.prefix(2).elementsEqual([0x33, 0x61])
            {
                bytes.append(UInt8(ascii: ":"))
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    }
}
