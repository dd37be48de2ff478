/// How much a JSON text may ask of its reader. What exceeds a limit is refused before memory is spent on it.
public struct JSONLimits: Sendable {
    /// How deeply arrays and objects may be nested; a scalar alone has depth 0.
    public var depth: Int
    /// Of the whole text; never more than 1 GiB, whatever stands here.
    public var maximumBytes: Int
    /// Of one string or member name, between its quotes, as it is written (an escape counts with all its characters).
    public var maximumStringBytes: Int
    /// Values and member names together, at every depth; never more than 16 million, whatever stands here. Each takes 16 bytes of memory.
    public var maximumElements: Int

    public init(
        depth: Int = 64, maximumBytes: Int = 4_194_304, maximumStringBytes: Int = 1_048_576,
        maximumElements: Int = 500_000
    ) {
        self.depth = depth
        self.maximumBytes = maximumBytes
        self.maximumStringBytes = maximumStringBytes
        self.maximumElements = maximumElements
    }

    /// Depth 64, 4 MiB, strings of 1 MiB, 500,000 values.
    public static let standard = JSONLimits()

    /// Digits and all; no number that anybody means is longer, and converting one takes longer than its length.
    static let maximumNumberBytes = 1_024
}
