/// What a linear classifier sees of a clause: its words, neighbouring pairs, and the three and four letters in a row inside words, so that a typing
/// error or an unknown ending costs little. Each is known by a 32-bit hash.
struct Features {
    private(set) var hashes: [UInt32] = []
    private(set) var values: [Float] = []

    /// Clauses longer than this are cut: the wish stands at the beginning.
    static let maximumWords = 48
    private static let pairValue: Float = 0.5
    private static let lettersValue: Float = 0.35
    /// Of slots: `{dates}` says less than a word.
    private static let slotValue: Float = 0.6

    /// `words` are folded; a slot is written `{dates}`.
    init(_ words: some Collection<String>) {
        // At most two and a pair's letters a word: the arrays never grow, so that thousands of examples hold no slack.
        let letters = words.prefix(Self.maximumWords).reduce(0) { $0 + max(0, $1.utf8.count * 2 - 1) }
        hashes.reserveCapacity(letters + words.count * 2 + 1)
        values.reserveCapacity(letters + words.count * 2 + 1)
        var before: UInt64 = Self.seed(0)
        for word in words.prefix(Self.maximumWords) {
            let bytes = Array((word == "é" ? "e" : word).utf8.prefix(40))
            let isSlot = bytes.first == UInt8(ascii: "{")
            let hash = Self.hash(bytes[...], seed: 1)
            add(hash, isSlot ? Self.slotValue : 1)
            add(Self.mixed(before, hash), Self.pairValue)
            before = hash
            if !isSlot { addLetters(of: bytes) }
        }
        add(Self.mixed(before, Self.seed(0)), Self.pairValue)
        normalise()
    }

    private mutating func addLetters(of word: [UInt8]) {
        guard word.count > 2 else { return }
        let padded = [UInt8(ascii: "_")] + word + [UInt8(ascii: "_")]
        for length in 3...4 where padded.count >= length {
            for start in 0...(padded.count - length) {
                add(Self.hash(padded[start..<start + length], seed: 2), Self.lettersValue)
            }
        }
    }

    private mutating func add(_ hash: UInt64, _ value: Float) {
        hashes.append(UInt32(truncatingIfNeeded: hash >> 32))
        values.append(value)
    }

    /// To length 1, so that long clauses are no surer than short ones.
    private mutating func normalise() {
        var sum: Float = 0
        for value in values { sum += value * value }
        guard sum > 0 else { return }
        let scale = 1 / sum.squareRoot()
        for index in values.indices { values[index] *= scale }
    }

    // MARK: FNV-1a, 64 bits, with a final mix

    private static func seed(_ kind: UInt64) -> UInt64 { 0xCBF2_9CE4_8422_2325 &+ kind &* 0x9E37_79B9_7F4A_7C15 }

    private static func hash(_ bytes: ArraySlice<UInt8>, seed kind: UInt64) -> UInt64 {
        var hash = seed(kind)
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return mixed(hash, 0)
    }

    private static func mixed(_ left: UInt64, _ right: UInt64) -> UInt64 {
        var hash = left &* 0x9E37_79B9_7F4A_7C15 ^ right
        hash = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
        return hash ^ (hash >> 32)
    }
}
