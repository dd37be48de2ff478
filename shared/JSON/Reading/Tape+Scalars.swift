extension Tape {
    /// nil when the entry is no integer, or `Integer` can't hold it.
    @inline(__always)
    func integer<Integer: FixedWidthInteger>(at index: Int, _ type: Integer.Type) -> Integer? {
        let entry = entries[index]
        guard entry.kind == .integer || entry.kind == .fraction else { return nil }
        return withNumber(entry) { $0.integer(type, isPlain: entry.kind == .integer) }
    }

    /// nil when the entry is no number, or beyond the type's range.
    func double(at index: Int) -> Double? {
        let entry = entries[index]
        guard entry.kind == .integer || entry.kind == .fraction else { return nil }
        return withNumber(entry) { $0.double }
    }

    /// nil when the entry is no number, or beyond the type's range.
    func float(at index: Int) -> Float? {
        let entry = entries[index]
        guard entry.kind == .integer || entry.kind == .fraction else { return nil }
        return withNumber(entry) { $0.float }
    }

    /// nil when the entry is neither true nor false.
    func bool(at index: Int) -> Bool? {
        let entry = entries[index]
        guard entry.kind == .bool else { return nil }
        return bytes[Int(entry.start)] == UInt8(ascii: "t")
    }

    @inline(__always)
    private func withNumber<Result>(_ entry: TapeEntry, _ body: (NumberText) -> Result) -> Result {
        bytes.withUnsafeBufferPointer {
            body(NumberText(bytes: UnsafeBufferPointer(rebasing: $0[Int(entry.start)..<Int(entry.end)])))
        }
    }
}
