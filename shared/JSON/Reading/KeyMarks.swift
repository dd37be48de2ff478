/// The names of all objects that are open while scanning, the innermost object's last, to find one that stands twice in its object.
struct KeyMarks {
    /// A quick hash of a name and its entry on the tape.
    private struct Mark {
        var hash: UInt32
        var entry: UInt32
    }

    private var marks: [Mark] = []

    var count: Int { marks.count }

    mutating func note(entry: Int, start: Int, end: Int, hasEscapes: Bool, base: UnsafePointer<UInt8>) {
        let content = UnsafeBufferPointer(start: base + start, count: end - start)
        let hash = hasEscapes ? unescaped(content).withUnsafeBufferPointer(quickHash) : quickHash(content)
        marks.append(Mark(hash: hash, entry: UInt32(truncatingIfNeeded: entry)))
    }

    /// Forgets the names of the innermost object, which begin at `first`.
    mutating func forget(from first: Int) { marks.removeLast(marks.count - first) }

    /// The entry of a name that the innermost object, whose names begin at `first`, has a second time: each compared with each, the quickest
    /// way for a few.
    func duplicate(from first: Int, _ text: UnsafeBufferPointer<UInt8>, _ entries: UnsafeBufferPointer<TapeEntry>)
        -> Int?
    {
        guard marks.count - first > 1 else { return nil }
        return marks[first...].withUnsafeBufferPointer { marks in
            for later in 1..<marks.count {
                let hash = marks[later].hash
                for earlier in 0..<later
                where marks[earlier].hash == hash && isEqual(marks[earlier], marks[later], text, entries) {
                    return Int(marks[later].entry)
                }
            }
            return nil
        }
    }

    /// Notes the names of the innermost object, which begin at `first`, in an index, up to one that is there already; gives the entry of that.
    func insert(
        from first: Int, into index: inout MemberIndex, _ text: UnsafeBufferPointer<UInt8>,
        _ entries: UnsafeBufferPointer<TapeEntry>
    ) -> Int? {
        for mark in marks[first...] where !index.insert(Int(mark.entry), text, entries) { return Int(mark.entry) }
        return nil
    }

    private func isEqual(
        _ left: Mark, _ right: Mark, _ text: UnsafeBufferPointer<UInt8>, _ entries: UnsafeBufferPointer<TapeEntry>
    ) -> Bool {
        let content = UnsafeBufferPointer(rebasing: text[entries[Int(left.entry)].content])
        let other = entries[Int(right.entry)]
        if !entries[Int(left.entry)].hasEscapes { return other.isName(content, in: text) }
        return unescaped(content).withUnsafeBufferPointer { other.isName($0, in: text) }
    }
}

/// Of the length and the first and last eight bytes: enough to tell the names of one object apart, nearly always.
@inline(__always)
private func quickHash(_ name: UnsafeBufferPointer<UInt8>) -> UInt32 {
    let raw = UnsafeRawBufferPointer(name)
    let count = name.count
    var head: UInt64 = 0
    var tail: UInt64 = 0
    if count >= 8 {
        head = raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        tail = raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    } else if count >= 4 {
        head = UInt64(raw.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
        tail = UInt64(raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
    } else if count > 0 {
        head = UInt64(raw[0]) | UInt64(raw[count / 2]) << 8 | UInt64(raw[count - 1]) << 16
    }
    let mixed = (head ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15 ^ tail &* 0xC2B2_AE3D_27D4_EB4F
    return UInt32(truncatingIfNeeded: mixed >> 32)
}
