import Glibc

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

    /// Forgets the names of the innermost object, which begin at `first`, and gives the entry of one that stands there a second time.
    mutating func takeDuplicate(
        from first: Int, entries: UnsafeBufferPointer<TapeEntry>, base: UnsafePointer<UInt8>
    ) -> Int? {
        defer { marks.removeLast(marks.count - first) }
        guard marks.count - first > 1 else { return nil }
        let marks = marks[first...]
        if marks.count <= 32 {
            // Comparing each with each is the quickest for so few.
            return marks.withUnsafeBufferPointer { marks in
                for later in 1..<marks.count {
                    let hash = marks[later].hash
                    for earlier in 0..<later
                    where marks[earlier].hash == hash && isEqual(marks[earlier], marks[later], entries, base) {
                        return Int(marks[later].entry)
                    }
                }
                return nil
            }
        }
        // A keyed hash, because whoever writes a large object could choose names whose quick hashes are all the same.
        var seen = Set<Name>(minimumCapacity: marks.count)
        for mark in marks where !seen.insert(Name(bytes: content(mark, entries, base))).inserted {
            return Int(mark.entry)
        }
        return nil
    }

    private struct Name: Hashable {
        var bytes: [UInt8]
    }

    private func isEqual(
        _ left: Mark, _ right: Mark, _ entries: UnsafeBufferPointer<TapeEntry>, _ base: UnsafePointer<UInt8>
    ) -> Bool {
        let (first, second) = (entries[Int(left.entry)], entries[Int(right.entry)])
        if first.hasEscapes || second.hasEscapes {
            return content(left, entries, base) == content(right, entries, base)
        }
        return first.end - first.start == second.end - second.start
            && memcmp(base + Int(first.start), base + Int(second.start), Int(first.end - first.start)) == 0
    }

    private func content(
        _ mark: Mark, _ entries: UnsafeBufferPointer<TapeEntry>, _ base: UnsafePointer<UInt8>
    ) -> [UInt8] {
        let entry = entries[Int(mark.entry)]
        let raw = UnsafeBufferPointer(start: base + Int(entry.start) + 1, count: Int(entry.end - entry.start) - 2)
        return entry.hasEscapes ? unescaped(raw) : Array(raw)
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
