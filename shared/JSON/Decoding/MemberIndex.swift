/// Finds the members of a large object by hash, so that decoding a dictionary does not look at every name for every name.
final class MemberIndex {
    /// Up to so many members, looking at each is as quick.
    static let worthwhile = 16

    /// Open addressing: tape entries of names, 0 where there is none (0 is the root and so never a name).
    private var slots: [UInt32]

    init(_ tape: Tape, object: Int) {
        let capacity = 1 << (Int.bitWidth - (tape.entries[object].count * 2).leadingZeroBitCount)
        var slots = [UInt32](repeating: 0, count: capacity)
        tape.bytes.withUnsafeBufferPointer { text in
            tape.forEachMember(of: object) { name in
                let entry = tape.entries[name]
                let content = UnsafeBufferPointer(rebasing: text[Int(entry.start) + 1..<Int(entry.end) - 1])
                var slot =
                    entry.hasEscapes
                    ? unescaped(content).withUnsafeBufferPointer { Self.hash($0) } : Self.hash(content)
                while slots[slot & (capacity - 1)] != 0 { slot &+= 1 }
                slots[slot & (capacity - 1)] = UInt32(truncatingIfNeeded: name)
            }
        }
        self.slots = slots
    }

    /// The value of the member with this name.
    func member(_ name: String, in tape: Tape) -> Int? {
        var name = name
        return name.withUTF8 { wanted in
            tape.bytes.withUnsafeBufferPointer { text in
                var slot = Self.hash(wanted)
                while true {
                    let index = Int(slots[slot & (slots.count - 1)])
                    if index == 0 { return nil }
                    if Tape.isKey(tape.entries[index], equalTo: wanted, in: text) { return index + 1 }
                    slot &+= 1
                }
            }
        }
    }

    /// Keyed anew in each process: whoever chooses the names can't choose them to collide.
    private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(name))
        return hasher.finalize()
    }
}
