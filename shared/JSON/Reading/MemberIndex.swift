/// Finds the members of a large object by hash, so that neither a dictionary's decoding nor the search for equal names looks at every name
/// for every name.
struct MemberIndex: Sendable {
    /// Up to so many members, looking at each is as quick.
    static let worthwhile = 16

    /// Open addressing: tape entries of names, 0 where there is none (0 is the root and so never a name).
    private var slots: [UInt32]

    init(count: Int) {
        slots = [UInt32](repeating: 0, count: 1 << (Int.bitWidth - (count * 2).leadingZeroBitCount))
    }

    /// Notes a name; false when one that is equal is there already.
    mutating func insert(
        _ entry: Int, _ text: UnsafeBufferPointer<UInt8>, _ entries: UnsafeBufferPointer<TapeEntry>
    ) -> Bool {
        let content = UnsafeBufferPointer(rebasing: text[entries[entry].content])
        guard entries[entry].hasEscapes else { return insert(entry, named: content, text, entries) }
        return unescaped(content).withUnsafeBufferPointer { insert(entry, named: $0, text, entries) }
    }

    private mutating func insert(
        _ entry: Int, named name: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>,
        _ entries: UnsafeBufferPointer<TapeEntry>
    ) -> Bool {
        let slot = slot(of: name, text, entries)
        guard slots[slot] == 0 else { return false }
        slots[slot] = UInt32(truncatingIfNeeded: entry)
        return true
    }

    /// The entry of the name that equals this one.
    func find(
        _ name: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>,
        _ entries: UnsafeBufferPointer<TapeEntry>
    ) -> Int? {
        let entry = Int(slots[slot(of: name, text, entries)])
        return entry == 0 ? nil : entry
    }

    /// The slot where a name is, or an empty one where it would be.
    private func slot(
        of name: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>,
        _ entries: UnsafeBufferPointer<TapeEntry>
    ) -> Int {
        // Keyed anew in each process: whoever chooses the names can't choose them to collide.
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(name))
        var slot = hasher.finalize() & (slots.count - 1)
        while slots[slot] != 0, !entries[Int(slots[slot])].isName(name, in: text) {
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }
}
