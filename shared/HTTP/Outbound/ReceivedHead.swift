/// The head of an answer, line by line as libcurl gives it. Only the last head counts: 1xx come before it.
struct ReceivedHead {
    private(set) var headers = HTTPHeaders()
    private var bytes = 0
    private var isOver = false

    private static let byteLimit = 65_536
    private static let countLimit = 200

    /// Takes a line with its end; false when the head is too large.
    mutating func receive(_ line: UnsafeRawBufferPointer) -> Bool {
        let content = line.prefix { $0 != 13 && $0 != 10 }
        if content.starts(with: "HTTP/".utf8) {
            self = ReceivedHead()
        } else if content.isEmpty {
            isOver = true
        } else if !isOver {
            bytes += line.count
            guard bytes <= Self.byteLimit, headers.count < Self.countLimit else { return false }
            // A line that is no field is of no use to us, and no reason to lose the answer.
            if let field = try? FieldLine.read(UnsafeRawBufferPointer(rebasing: content), at: 0) {
                headers.add(text(content, field.start, field.nameEnd), text(content, field.valueStart, field.valueEnd))
            }
        }
        // What comes after the body (trailers) is not looked at.
        return true
    }

    private func text(_ line: Slice<UnsafeRawBufferPointer>, _ start: Int32, _ end: Int32) -> String {
        String(decoding: line.dropFirst(Int(start)).prefix(Int(end - start)), as: UTF8.self)
    }
}
