/// Reads a JSON text once, from front to back, checks it against RFC 8259 and the limits, and notes on a tape where each value lies.
/// Stricter than the RFC asks: equal member names are refused (RFC 7493 §2.3), and so are a byte order mark, half surrogates, and bytes that
/// are not UTF-8.
struct Scanner {
    let base: UnsafePointer<UInt8>
    let count: Int
    private(set) var limits: JSONLimits
    var position = 0
    private(set) var entries: [TapeEntry] = []
    private var open: [OpenContainer] = []
    private var keys = KeyMarks()
    private var indexes: [Int: MemberIndex] = [:]

    private struct OpenContainer {
        var entry: Int
        var isObject: Bool
        /// Where the names of this object begin among all of the open ones.
        var firstKey: Int
    }

    /// What can follow inside a container that has just been opened or left.
    private enum Next { case value, end }

    static func scan(_ bytes: [UInt8], limits: JSONLimits) throws(JSONError) -> Tape {
        guard bytes.count <= min(limits.maximumBytes, 1 << 30) else {
            throw JSONError(offset: limits.maximumBytes, problem: "the text is longer than allowed")
        }
        let result: Result<Tape, JSONError> = bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, !buffer.isEmpty else {
                return .failure(JSONError(offset: 0, problem: "the text is empty"))
            }
            var scanner = Scanner(base: base, count: buffer.count, limits: limits)
            do throws(JSONError) {
                try scanner.scanText()
                return .success(Tape(bytes: bytes, entries: scanner.entries, indexes: scanner.indexes))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private init(base: UnsafePointer<UInt8>, count: Int, limits: JSONLimits) {
        self.base = base
        self.count = count
        self.limits = limits
        self.limits.maximumElements = min(limits.maximumElements, 1 << 24 - 1)
        entries.reserveCapacity(min(count / 10, limits.maximumElements) + 8)
    }

    func error(_ problem: String, at offset: Int? = nil) -> JSONError {
        JSONError(offset: offset ?? position, problem: problem)
    }

    private mutating func scanText() throws(JSONError) {
        skipWhitespace()
        while true {
            if try scanValue() == .value { continue }
            if try advance() == .end { break }
        }
        skipWhitespace()
        guard position == count else { throw error("something follows the value") }
        entries.append(TapeEntry(.null, start: count, end: count, next: entries.count + 1))
    }

    /// After a value: closes what ends here, and stops before the next value or after the last one.
    private mutating func advance() throws(JSONError) -> Next {
        while let container = open.last {
            skipWhitespace()
            guard position < count else {
                throw error("the text ends inside \(container.isObject ? "an object" : "an array")")
            }
            let byte = base[position]
            if byte == UInt8(ascii: ",") {
                position += 1
                skipWhitespace()
                if container.isObject { try scanKey() }
                return .value
            }
            guard byte == (container.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                throw error(container.isObject ? "expected , or }" : "expected , or ]")
            }
            position += 1
            try close(container)
        }
        return .end
    }

    /// Reads a value that begins here. `.value` says that it was an opening bracket and its first value is to follow.
    private mutating func scanValue() throws(JSONError) -> Next {
        guard position < count else { throw error("the text ends where a value should be") }
        if let container = open.last {
            // An object counts by its names.
            if !container.isObject { entries[container.entry].countOneMore() }
        }
        switch base[position] {
        case UInt8(ascii: "\""):
            let start = position
            let hasEscapes = try scanString()
            try append(.string, from: start, hasEscapes: hasEscapes)
        case UInt8(ascii: "{"):
            try openContainer(.object)
            if position < count, base[position] == UInt8(ascii: "}") { return .end }
            try scanKey()
            return .value
        case UInt8(ascii: "["):
            try openContainer(.array)
            if position < count, base[position] == UInt8(ascii: "]") { return .end }
            return .value
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let start = position
            let isInteger = try scanNumber()
            try append(isInteger ? .integer : .fraction, from: start)
        case UInt8(ascii: "t"): try scanWord("true", .bool)
        case UInt8(ascii: "f"): try scanWord("false", .bool)
        case UInt8(ascii: "n"): try scanWord("null", .null)
        default: throw error("expected a value")
        }
        return .end
    }

    private mutating func scanKey() throws(JSONError) {
        guard let container = open.last else { return }
        guard position < count, base[position] == UInt8(ascii: "\"") else {
            throw error("expected a member's name in quotes")
        }
        let start = position
        let hasEscapes = try scanString()
        keys.note(entry: entries.count, start: start + 1, end: position - 1, hasEscapes: hasEscapes, base: base)
        try append(.string, from: start, hasEscapes: hasEscapes)
        entries[container.entry].countOneMore()
        skipWhitespace()
        guard position < count, base[position] == UInt8(ascii: ":") else {
            throw error("expected : after a member's name")
        }
        position += 1
        skipWhitespace()
    }

    private mutating func openContainer(_ kind: TapeEntry.Kind) throws(JSONError) {
        guard open.count < limits.depth else { throw error("nested more deeply than \(limits.depth)") }
        open.append(OpenContainer(entry: entries.count, isObject: kind == .object, firstKey: keys.count))
        let start = position
        position += 1
        try append(kind, from: start)
        skipWhitespace()
    }

    private mutating func close(_ container: OpenContainer) throws(JSONError) {
        open.removeLast()
        entries[container.entry].end = UInt32(truncatingIfNeeded: position)
        entries[container.entry].next = UInt32(truncatingIfNeeded: entries.count)
        guard container.isObject else { return }
        if let duplicate = findDuplicate(in: container) {
            throw error("a member's name that the object has already", at: Int(entries[duplicate].start))
        }
        keys.forget(from: container.firstKey)
    }

    private mutating func findDuplicate(in object: OpenContainer) -> Int? {
        let text = UnsafeBufferPointer(start: base, count: count)
        let members = entries[object.entry].count
        return entries.withUnsafeBufferPointer { entries in
            guard members > MemberIndex.worthwhile else { return keys.duplicate(from: object.firstKey, text, entries) }
            var index = MemberIndex(count: members)
            defer { indexes[object.entry] = index }
            return keys.insert(from: object.firstKey, into: &index, text, entries)
        }
    }

    @inline(__always)
    private mutating func append(
        _ kind: TapeEntry.Kind, from start: Int, hasEscapes: Bool = false
    ) throws(JSONError) {
        guard entries.count < limits.maximumElements else { throw error("more values than allowed", at: start) }
        var entry = TapeEntry(kind, start: start, end: position, next: entries.count + 1)
        if hasEscapes { entry.hasEscapes = true }
        entries.append(entry)
    }

    private mutating func scanWord(_ word: StaticString, _ kind: TapeEntry.Kind) throws(JSONError) {
        let start = position
        for index in 0..<word.utf8CodeUnitCount {
            guard position < count, base[position] == word.utf8Start[index] else {
                throw error("expected \(word)", at: start)
            }
            position += 1
        }
        try append(kind, from: start)
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while position < count {
            let byte = base[position]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }
}
