import Contracts
import Servers

/// What a guest wants and says: a value that is told each reply and gives what is said next. It reads like a person: what can be tapped, and a
/// few words of the hotel's.
struct GuestScript: Sendable {
    enum Wish: Sendable {
        /// Books a room; of this type when it is offered.
        case book(Stay, roomType: String?, isCancelled: Bool, tapsTwice: Bool)
        /// Asks one thing after the other. The messages of one element are written without waiting for a reply.
        case ask([[String]])
    }

    enum Move: Sendable {
        /// Messages, written without waiting between them.
        case say([GraphWebhook.Said])
        case leave
    }

    /// The hotel said something that this guest can't do anything with.
    struct Stuck: Error, CustomStringConvertible {
        var description: String
    }

    let wish: Wish
    let words: GuestWords
    let name: String
    let email: String
    /// The code that the hotel confirmed.
    private(set) var booked: String?
    private(set) var isCancelled = false
    /// How often the guest confirmed a booking.
    private(set) var confirmations = 0
    private var asked = 0
    private var startsOver = 0

    /// A guest who is told so often that something is not possible now goes away angry.
    private static let patience = 25

    init(wish: Wish, words: GuestWords, name: String, email: String) {
        self.wish = wish
        self.words = words
        self.name = name
        self.email = email
    }

    mutating func begin() -> Move {
        switch wish {
        case .book(let stay, let roomType, _, _): .say([.text(words.request(stay, roomType))])
        case .ask: askNext()
        }
    }

    mutating func move(after reply: GraphContent) throws -> Move {
        switch wish {
        case .ask: return askNext()
        case .book(_, let roomType, let cancels, let tapsTwice):
            return try book(reply, roomType: roomType, cancels: cancels, tapsTwice: tapsTwice)
        }
    }

    private mutating func askNext() -> Move {
        guard case .ask(let questions) = wish, asked < questions.count else { return .leave }
        asked += 1
        return .say(questions[asked - 1].map { .text($0) })
    }

    private mutating func book(_ reply: GraphContent, roomType: String?, cancels: Bool, tapsTwice: Bool) throws -> Move
    {
        func choice(_ step: String) -> GraphContent.Choice? { reply.choices.first { $0.id.hasPrefix(step + "|") } }
        if isCancelled { return .leave }
        if let booked {
            if let yes = choice("cancel") { return .say([tap(yes, in: reply)]) }
            if reply.text.contains(words.cancelled), reply.text.contains(booked) {
                isCancelled = true
                return .leave
            }
            return try again(.text(words.cancel), reply)
        }
        if let code = words.bookedCode(in: reply.text) {
            booked = code
            return cancels ? .say([.text(words.cancel)]) : .leave
        }
        if let confirm = choice("confirm") {
            confirmations += 1
            return .say(Array(repeating: tap(confirm, in: reply), count: tapsTwice ? 2 : 1))
        }
        if choice("choose") != nil {
            let rooms = reply.choices.filter { $0.id.hasPrefix("choose|") }
            let wanted = rooms.first { roomType != nil && $0.id.hasSuffix("|\(roomType ?? "")") }
            return .say([tap(wanted ?? rooms[name.utf8.count % rooms.count], in: reply)])
        }
        if choice("skip_email") != nil { return .say([.text(email)]) }
        if reply.text.contains(words.nameQuestion) { return .say([.text(name)]) }
        guard case .book(let stay, _, _, _) = wish else { return .leave }
        if reply.text.contains(words.soldOut) { return .leave }
        guard reply.text.contains(words.notNow) else {
            throw Stuck(description: "can't go on after \"\(reply.text)\" \(reply.choices.map(\.id))")
        }
        return try again(.text(words.request(stay, roomType)), reply)
    }

    private mutating func again(_ said: GraphWebhook.Said, _ reply: GraphContent) throws -> Move {
        startsOver += 1
        guard startsOver <= Self.patience else {
            throw Stuck(description: "has started over \(Self.patience) times, the last time after \"\(reply.text)\"")
        }
        return .say([said])
    }

    /// A list's rows and buttons are tapped differently.
    private func tap(_ choice: GraphContent.Choice, in reply: GraphContent) -> GraphWebhook.Said {
        reply.listOpener == nil
            ? .tappedButton(id: choice.id, title: choice.title) : .tappedRow(id: choice.id, title: choice.title)
    }
}
