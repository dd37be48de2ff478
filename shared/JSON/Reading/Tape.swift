import Glibc

/// One value or member name of a scanned text. An array is followed by its elements, an object by its members, each a name and then a value.
struct TapeEntry {
    enum Kind: UInt32 {
        case null, bool, integer, fraction, string, array, object
    }

    /// Where it starts in the text, and where it has ended, quotes and brackets included.
    var start: UInt32
    var end: UInt32
    /// The entry that follows it and all that is inside it.
    var next: UInt32
    private var info: UInt32

    private static let escapeFlag: UInt32 = 8
    private static let countShift: UInt32 = 8

    init(_ kind: Kind, start: Int, end: Int, next: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
        self.next = UInt32(truncatingIfNeeded: next)
        info = kind.rawValue
    }

    var kind: Kind { Kind(rawValue: info & 7) ?? .null }

    /// Whether a string has escapes, so that its text is not simply its bytes.
    var hasEscapes: Bool {
        get { info & Self.escapeFlag != 0 }
        set { info = newValue ? info | Self.escapeFlag : info & ~Self.escapeFlag }
    }

    /// How many elements an array has, or members an object.
    var count: Int { Int(info >> Self.countShift) }

    mutating func countOneMore() { info &+= 1 << Self.countShift }

    /// What is between the quotes of a string.
    var content: Range<Int> { Int(start) + 1..<Int(end) - 1 }

    /// Whether the text of this string is `wanted`.
    @inline(__always)
    func isName(_ wanted: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        if hasEscapes { return wanted.elementsEqual(unescaped(UnsafeBufferPointer(rebasing: text[content]))) }
        let length = Int(end &- start) - 2
        guard length == wanted.count else { return false }
        guard length > 0, let base = text.baseAddress, let other = wanted.baseAddress else { return length == 0 }
        return memcmp(base + Int(start) + 1, other, length) == 0
    }
}

/// A text and what the scanner found in it, in the order of the text: immutable, shared by every view of the document.
final class Tape: Sendable {
    let bytes: [UInt8]
    /// The root is the first. The last is a null that stands for what is absent.
    let entries: [TapeEntry]
    /// Of the large objects, by their entries.
    private let indexes: [Int: MemberIndex]

    init(bytes: [UInt8], entries: [TapeEntry], indexes: [Int: MemberIndex]) {
        self.bytes = bytes
        self.entries = entries
        self.indexes = indexes
    }

    var absent: Int { entries.count - 1 }

    /// The text of a string or member name.
    func string(at index: Int) -> String {
        let entry = entries[index]
        return bytes.withUnsafeBufferPointer { all in
            let content = UnsafeBufferPointer(rebasing: all[entry.content])
            if !entry.hasEscapes { return String(decoding: content, as: UTF8.self) }
            return String(unsafeUninitializedCapacity: content.count) { unescape(content, into: $0) }
        }
    }

    /// The value of the member with this name; names are equal when their bytes are (RFC 8259 §8.3).
    func member(_ name: String, of object: Int) -> Int? {
        var name = name
        return name.withUTF8 { wanted in
            bytes.withUnsafeBufferPointer { text in
                entries.withUnsafeBufferPointer { entries in
                    let count = entries[object].count
                    if count > MemberIndex.worthwhile, let index = indexes[object] {
                        return index.find(wanted, text, entries).map { $0 + 1 }
                    }
                    var key = object + 1
                    for _ in 0..<count {
                        if entries[key].isName(wanted, in: text) { return key + 1 }
                        key = Int(entries[key + 1].next)
                    }
                    return nil
                }
            }
        }
    }

    /// Calls `body` with the index of each member's name; its value is the entry after it.
    func forEachMember(of object: Int, _ body: (_ name: Int) -> Void) {
        var index = object + 1
        for _ in 0..<entries[object].count {
            body(index)
            index = Int(entries[index + 1].next)
        }
    }
}
