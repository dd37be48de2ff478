/// The numbers that bound a dialogue, in one place. Those of messages are WhatsApp's (Cloud API, interactive messages); the web page keeps them too.
enum Limits {
    static let bodyCharacters = 1024
    static let buttons = 3
    static let buttonTitle = 20
    static let rowTitle = 24
    static let rowDescription = 72
    static let identifier = 200
    /// A list has ten rows; two are left for buttons that become rows.
    static let cards = 8
    /// A hotel's own text inside a reply.
    static let factCharacters = 400
    static let nameCharacters = 60
    static let wordsCharacters = 600

    static let nightsAStay = 30
    /// A longer count is taken as this one: it is refused anyway.
    static let nightsThatCount = 1000
    static let stepsATurn = 14
    static let pastOffers = 8
    static let bookings = 5
    static let failedLookUps = 5
    static let lookUpWindowSeconds = 3600
    /// A person who was called so recently is not called again for the same wish.
    static let handoffPauseSeconds = 1800
    /// In days, tried in this order when nothing is free.
    static let nearbyShifts = [1, -1, 2, -2]

    /// An intent is acted on from this probability.
    static let sure = 0.5
    /// A second wish in the same message.
    static let alsoMeant = 0.35
    /// A yes inside "yes, cancel it", where the verb wins.
    static let leaning = 0.12
    /// The language of a message is trusted from this.
    static let languageSure = 0.6
}
