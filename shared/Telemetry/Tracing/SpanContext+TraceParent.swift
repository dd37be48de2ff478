extension SpanContext {
    /// Reads a `traceparent` header (W3C Trace Context §3.2): lower-case hexadecimal only, no id of zeros, version ff refused. A version
    /// that is not known yet is read as far as version 00 goes, when what follows is set off by a hyphen.
    public init?(traceparent: String) {
        let text = Array(traceparent.utf8)
        guard text.count >= 55, text[2] == hyphen, text[35] == hyphen, text[52] == hyphen,
            let version = Hex.value(text[0..<2], allowsCapitals: false), version != 0xFF,
            let high = Hex.value(text[3..<19], allowsCapitals: false),
            let low = Hex.value(text[19..<35], allowsCapitals: false), high | low != 0,
            let span = Hex.value(text[36..<52], allowsCapitals: false), span != 0,
            let flags = Hex.value(text[53..<55], allowsCapitals: false)
        else { return nil }
        guard text.count == 55 || version > 0 && text[55] == hyphen else { return nil }
        self.init(traceIDHigh: high, traceIDLow: low, spanID: span, isSampled: flags & 1 != 0)
    }

    /// As a `traceparent` header of version 00.
    public var traceparent: String { "00-\(traceIDText)-\(spanIDText)-\(isSampled ? "01" : "00")" }
}

private let hyphen = UInt8(ascii: "-")
