/// Bytes that are appended at the end and consumed from the front, as a connection does. The owner bounds it by looking at `count`.
public struct ByteBuffer: Sendable {
    private var storage: [UInt8] = []
    private var start = 0

    public init() {}

    /// How many bytes wait.
    public var count: Int { storage.count - start }
    public var isEmpty: Bool { storage.count == start }

    /// The byte at an offset from the front; the offset must be below `count`.
    public subscript(_ offset: Int) -> UInt8 { storage[start + offset] }

    public mutating func append(_ bytes: some Collection<UInt8>) {
        compactIfWorthwhile()
        storage.append(contentsOf: bytes)
    }

    /// Lets `body` write into at least `minimum` bytes of room; it gives how many it wrote.
    public mutating func withRoom<Result>(
        _ minimum: Int, _ body: (UnsafeMutableRawBufferPointer) -> (written: Int, result: Result)
    ) -> Result {
        compactIfWorthwhile()
        let count = storage.count
        storage.reserveCapacity(count + minimum)
        // Reserved but not initialised room can't be reached, so the room is zeroed: cheaper than the read that follows.
        storage.append(contentsOf: repeatElement(0, count: minimum))
        let (written, result) = storage.withUnsafeMutableBytes {
            body(UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
        }
        storage.removeLast(minimum - written)
        return result
    }

    public func withUnsafeReadableBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try storage.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    }

    /// Drops bytes from the front; at most `count`.
    public mutating func consume(_ length: Int) {
        start += length
        if start == storage.count {
            start = 0
            // What one large message needed is not kept for a connection's whole life.
            if storage.capacity > 262_144 { storage = [] } else { storage.removeAll(keepingCapacity: true) }
        }
    }

    /// Takes bytes from the front; at most `count`.
    public mutating func read(_ length: Int) -> [UInt8] {
        let bytes = Array(storage[start..<(start + length)])
        consume(length)
        return bytes
    }

    private mutating func compactIfWorthwhile() {
        guard start > 4_096, start > storage.count / 2 else { return }
        storage.removeFirst(start)
        start = 0
    }
}
