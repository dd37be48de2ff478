import Contracts

/// Questions that the hotel's facts answer, in the middle of anything else.
extension Turn {
    private static let topics: [(intent: Intent, topic: String)] = [
        (.askBreakfast, "breakfast"), (.askParking, "parking"), (.askWifi, "wifi"), (.askCheckInTime, "check_in"),
        (.askCheckOutTime, "check_out"), (.askLocation, "location"),
    ]

    mutating func answerFacts(_ heard: HeardTurn) {
        for (intent, topic) in Self.topics where heard.wants(intent) {
            let isKnown = sayFact(topic)
            if intent == .askLocation, context.hotel.location != nil { memory.sendsLocation = true }
            if !isKnown, !memory.sendsLocation || intent != .askLocation {
                // Never invented: a person is asked.
                say(.factUnknown)
                requestHandoff("unknown_fact")
            }
        }
    }

    /// Whether the hotel has told it.
    @discardableResult
    mutating func sayFact(_ topic: String) -> Bool {
        guard let fact = context.hotel.facts[topic], let text = wording.translation(fact) else { return false }
        say(WordForms.clippedAtSentence(text, to: Limits.factCharacters))
        return true
    }
}
