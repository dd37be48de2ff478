/// A text that is to be spoken, and its beginning when the whole is too long for one note.
struct SpokenText: Hashable, Sendable {
    let text: String

    /// Characters of a request.
    static let limit = 4_096

    /// The text's beginning, at most this share of it, cut after a sentence where there is one, else between words.
    func beginning(_ share: Double) -> SpokenText {
        let count = max(1, Int(Double(text.count) * share))
        let start = text.prefix(count)
        var sentence: String.Index?
        var word: String.Index?
        for index in start.indices.dropFirst() where start[index].isWhitespace {
            word = index
            if ".!?…".contains(start[start.index(before: index)]) { sentence = index }
        }
        return SpokenText(text: String(start[..<(sentence ?? word ?? start.endIndex)]))
    }
}
