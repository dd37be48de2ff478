/// A frame that may not be read to its end.
struct FrameError: Error, Equatable {
    var length: Int
    var limit: Int
}

/// Cuts a stream of bytes into frames: a 4-byte big-endian length, then that many bytes. A value that holds the one frame that is incomplete.
struct FrameDecoder: Sendable {
    /// The longest frame, in bytes without its length. It may change between two frames.
    var limit: Int
    private var headerCount = 0
    private var length = 0
    private var body: [UInt8] = []

    /// An incomplete body's room is reserved up to this; a length is only a claim until its bytes come.
    private static let reservation = 65_536

    init(limit: Int) {
        self.limit = limit
    }

    /// Whether bytes of an incomplete frame are held.
    var isInsideFrame: Bool { headerCount > 0 }

    /// Takes bytes from the front of `rest` until a frame is whole, and gives it; nil when all were taken and it is not.
    mutating func next(_ rest: inout UnsafeRawBufferPointer) throws(FrameError) -> [UInt8]? {
        while headerCount < 4 {
            guard let byte = rest.first else { return nil }
            length = length << 8 | Int(byte)
            headerCount += 1
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
            guard headerCount == 4 else { continue }
            guard length <= limit else { throw FrameError(length: length, limit: limit) }
            body.reserveCapacity(min(length, Self.reservation))
        }
        let part = UnsafeRawBufferPointer(rebasing: rest.prefix(length - body.count))
        body.append(contentsOf: part)
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
        guard body.count == length else { return nil }
        let frame = body
        body = []
        headerCount = 0
        length = 0
        return frame
    }
}
