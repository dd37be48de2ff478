extension ValueDecoder {
    func bool() throws -> Bool {
        guard let value = tape.bool(at: node) else { throw mismatch(Bool.self, "true or false") }
        return value
    }

    func string() throws -> String {
        guard entry.kind == .string else { throw mismatch(String.self, "a string") }
        return tape.string(at: node)
    }

    @inline(__always)
    func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
        guard let value = tape.integer(at: node, type) else { throw wrongNumber(type, "an integer") }
        return value
    }

    func double() throws -> Double {
        guard let value = tape.double(at: node) else { throw wrongNumber(Double.self, "a number") }
        return value
    }

    func float() throws -> Float {
        guard let value = tape.float(at: node) else { throw wrongNumber(Float.self, "a number") }
        return value
    }

    /// The error for a value of another kind than is asked for. It tells kinds and places, never what stands there.
    func mismatch(_ type: any Any.Type, _ expected: String) -> DecodingError {
        let kind = JSONNode(tape: tape, index: node).kind
        let context = context("expected \(expected), found \(kind) at byte \(entry.start)")
        return kind == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    private func wrongNumber(_ type: any Any.Type, _ expected: String) -> DecodingError {
        guard entry.kind == .integer || entry.kind == .fraction else { return mismatch(type, expected) }
        return .dataCorrupted(context("the number at byte \(entry.start) does not fit in \(type)"))
    }

    func context(_ description: String) -> DecodingError.Context {
        DecodingError.Context(codingPath: codingPath, debugDescription: description)
    }
}
