/// A table of folded words, found by the hash that a token carries: the grammars look up each word of a message in dozens of them.
struct WordTable<Value: Sendable>: Sendable {
    /// Open addressing; 0 is a free place. At most half of the places are taken.
    private var places: [UInt64]
    private var values: [Value?]
    private(set) var words: [String]

    init(_ entries: [(String, Value)]) {
        var size = 8
        while size < entries.count * 2 { size *= 2 }
        places = [UInt64](repeating: 0, count: size)
        values = [Value?](repeating: nil, count: size)
        words = entries.map(\.0)
        for (word, value) in entries {
            let hash = WordHash.of(word.utf8)
            let place = place(of: hash)
            places[place] = hash
            values[place] = value
        }
    }

    subscript(hash: UInt64) -> Value? { values[place(of: hash)] }

    subscript(word: String) -> Value? { self[WordHash.of(word.utf8)] }

    private func place(of hash: UInt64) -> Int {
        var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
        while places[place] != 0, places[place] != hash { place = (place + 1) & (places.count - 1) }
        return place
    }
}

/// A closed class of words.
typealias WordSet = WordTable<Void>

extension WordTable where Value == Void {
    /// Folded words that stand apart by spaces.
    init(_ words: String) {
        self.init(words.split(whereSeparator: \.isWhitespace).map { (String($0), ()) })
    }

    func contains(_ word: String) -> Bool { self[word] != nil }

    func union(_ other: WordSet) -> WordSet { WordSet((words + other.words).map { ($0, ()) }) }
}

/// FNV-1a, 64 bits, with a final mix; never 0.
enum WordHash {
    static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
        return (hash ^ (hash >> 32)) | 1
    }
}
