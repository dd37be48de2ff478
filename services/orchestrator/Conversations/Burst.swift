import Contracts

/// Guests write in bursts: "hola", "una pregunta", "¿tienen sitio el viernes?" are one wish. A bare greeting or an open fragment waits for quiet;
/// a complete request does not. A value: time is passed in.
enum Burst {
    static let quietMicroseconds = 2_000_000
    static let longestMicroseconds = 4_000_000

    /// When the turn may begin, in Unix microseconds; nil: now.
    ///
    /// - Parameters:
    ///   - messages: what waits, in order, never empty.
    ///   - first, last: when the first and the last of them were received, in Unix microseconds.
    ///   - expecting: what the guest was asked: an answer to it is complete.
    static func begins(_ messages: [Heard], first: Int, last: Int, expecting: Expectation?, now: Int) -> Int? {
        if isComplete(messages, expecting: expecting) { return nil }
        let begins = min(last + quietMicroseconds, first + longestMicroseconds)
        return begins <= now ? nil : begins
    }

    static func isComplete(_ messages: [Heard], expecting: Expectation?) -> Bool {
        let turn = HeardTurn(messages)
        if turn.isSilent || turn.hasUnknownTap || !turn.taps.isEmpty { return true }
        if !turn.attachments.isEmpty || turn.hasUnheardVoice || turn.isSpoken { return true }
        if let text = messages.last?.content.text, isOpenEnded(text) { return false }
        if turn.intents.contains(where: { $0 != .greet }) { return true }
        return expecting != nil && !turn.entities.isEmpty
    }

    /// Whether a text breaks off: "y", "quería saber si…", "del 3 al 5,".
    private static func isOpenEnded(_ text: String) -> Bool {
        let trimmed = String(text.reversed().drop(while: \.isWhitespace).reversed()).lowercased()
        if trimmed.hasSuffix(",") || trimmed.hasSuffix("…") || trimmed.hasSuffix("...") || trimmed.hasSuffix(":") {
            return true
        }
        let lastWord = trimmed.split(whereSeparator: \.isWhitespace).last ?? ""
        return openWords.contains(String(lastWord))
    }

    /// Words that no sentence ends with, in the three languages.
    private static let openWords: Set<String> = [
        "y", "o", "e", "que", "si", "pero", "para", "con", "de", "del", "and", "or", "but", "for", "with", "if", "the",
        "mas", "com", "do", "da", "ou", "se",
    ]
}
