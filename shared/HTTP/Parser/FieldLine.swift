/// `Name: value` (RFC 9112 §5), of a head or of a chunked body's trailer.
enum FieldLine {
    /// Where name and value stand in a line that begins at `offset` and has no line end.
    static func read(_ line: UnsafeRawBufferPointer, at offset: Int) throws(RequestRefusal) -> HTTPHeaders.Field {
        var nameEnd = 0
        while nameEnd < line.count, ByteSet.token.contains(line[nameEnd]) { nameEnd += 1 }
        guard nameEnd < line.count, line[nameEnd] == UInt8(ascii: ":"), nameEnd > 0 else {
            throw refusal(of: line, nameEnd: nameEnd)
        }
        var start = nameEnd + 1
        var end = line.count
        while start < end, isBlank(line[start]) { start += 1 }
        while end > start, isBlank(line[end - 1]) { end -= 1 }
        for index in start..<end {
            let byte = line[index]
            guard byte >= 0x20 && byte != 0x7F || byte == 9 else {
                throw .malformed("a header field has a control character")
            }
        }
        let at = Int32(offset)
        return HTTPHeaders.Field(
            start: at, nameEnd: at + Int32(nameEnd), valueStart: at + Int32(start), valueEnd: at + Int32(end),
            end: at + Int32(line.count) + 2)
    }

    private static func refusal(of line: UnsafeRawBufferPointer, nameEnd: Int) -> RequestRefusal {
        guard nameEnd < line.count else { return .malformed("a header field has no colon") }
        guard isBlank(line[nameEnd]) else { return .malformed("a header field has no valid name") }
        return .malformed(
            nameEnd == 0
                ? "header fields are not folded over lines" : "there is white space before a header field's colon")
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }
}
