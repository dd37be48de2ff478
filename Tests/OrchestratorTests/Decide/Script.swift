import Contracts

@testable import orchestrator

/// A recorded conversation as people read it:
///
///     # Title
///     channel: whatsapp
///     > Hola, ¿tienen una doble del 3 al 5? {check_availability; stay 2026-12-03..2026-12-05; room double}
///     < Soy el asistente automático …
///     < # Doble · 196 € · vista al patio
///     < [Otras fechas] [Hablar con recepción]
///
/// Guest lines that follow each other are one burst. In braces stands what understanding makes of the words, so that these tests speak of
/// the dialogue only. `> [Doble]` taps the newest card or button of that title, `> [Doble @1]` the one of the agent's first message.
struct Script {
    enum Line {
        case setUp(key: String, value: String)
        case guest(String)
        case agent(String)
        /// A title or an empty line, kept for writing the file again.
        case other(String)
    }

    var lines: [Line]

    struct Fault: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }

    init(_ text: String) throws {
        lines = try text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.hasPrefix("> ") { return .guest(String(line.dropFirst(2))) }
            if line.hasPrefix("< ") { return .agent(String(line.dropFirst(2))) }
            if line.isEmpty || line.hasPrefix("#") { return .other(String(line)) }
            guard let colon = line.firstIndex(of: ":") else {
                throw Fault("a line is none of: title, `key: value`, `> guest`, `< agent`: \(line)")
            }
            return .setUp(
                key: String(line[..<colon]), value: line[line.index(after: colon)...].trimmed)
        }
    }

    /// Plays it. Gives the script as it really went; equal to the script itself when all is well. With `understand`, the guest's words are
    /// understood by it, and what stands in braces is only what they should come to.
    func played(understand: Player.Understand? = nil) throws -> [String] {
        var player = try Player(understand: understand)
        var result: [String] = []
        var burst: [String] = []
        func flush() throws {
            guard !burst.isEmpty else { return }
            result += try player.turn(burst).map { "< " + $0 }
            burst = []
        }
        for line in lines {
            switch line {
            case .guest(let words):
                result.append("> " + words)
                burst.append(words)
            case .agent:
                try flush()
            case .setUp(let key, let value):
                try flush()
                try player.setUp(key, value)
                result.append("\(key): \(value)")
            case .other(let text):
                try flush()
                result.append(text)
            }
        }
        try flush()
        return result
    }

    var text: [String] {
        lines.map { line in
            switch line {
            case .setUp(let key, let value): "\(key): \(value)"
            case .guest(let words): "> " + words
            case .agent(let words): "< " + words
            case .other(let text): text
            }
        }
    }
}

extension Substring {
    var trimmed: String { String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
}

/// The guest of a script, and what they see.
struct Player {
    private var stage: Stage
    private var language = Language.spanish
    /// Titles and ids of what could be tapped, by message of the agent.
    private var tappable: [[(title: String, id: String)]] = []
    private let understand: Understand?

    /// From a guest's words, the situation and what the script says that they mean.
    typealias Understand = (String, UnderstandingContext, _ annotated: Understood) -> Understood

    init(understand: Understand? = nil) throws {
        self.understand = understand
        stage = try Stage()
    }

    mutating func setUp(_ key: String, _ value: String) throws {
        let words = value.split(separator: " ").map(String.init)
        switch (key, words.count) {
        case ("language", 1): language = Language(rawValue: value) ?? .spanish
        case ("channel", 1):
            stage.context.channel = value
            stage.context.phone = value == "whatsapp" ? "+34600111222" : nil
        case ("today", 2):
            guard let today = LocalDate(words[0]) else { throw Script.Fault("no date: \(value)") }
            let time = words[1].split(separator: ":").compactMap { Int($0) }
            stage.context.today = today
            stage.context.minuteOfDay = time[0] * 60 + time[1]
        case ("wait", 2): stage.pass(seconds: (Int(words[0]) ?? 0) * (words[1] == "days" ? 86_400 : 60))
        case ("stock", 2): stage.pms.setStock(words[0], Int(words[1]) ?? 0)
        case ("price", 2): stage.pms.prices[words[0]] = Int(words[1])
        case ("pms", 1): stage.pms.isDown = value == "down"
        case ("fail", 2): stage.pms.failures[words[0]] = PMSFailure(rawValue: words[1])
        case ("forget", 1): stage.context.hotel.facts[value] = nil
        case ("booking", 3...), ("foreign", 3...), ("held", 3...):
            // CODE CATEGORY ARRIVAL..DEPARTURE [NAME]
            guard let roomType = stage.pms.roomType(category: words[1]), let stay = Self.stay(words[2]) else {
                throw Script.Fault("not a booking: \(value)")
            }
            let party = Party(adults: min(2, roomType.capacity))
            let offer = stage.pms.offer(roomType, stay, party, free: 1)
            stage.pms.add(
                Booking(
                    code: words[0], status: key == "held" ? .held : .confirmed, stay: stay, party: party,
                    roomType: roomType,
                    total: offer.total, payableAtHotel: offer.payableAtHotel,
                    holdExpiresAt: key == "held" ? stage.context.now + FakePMS.holdSeconds : nil,
                    guestName: words.dropFirst(3).joined(separator: " "), email: nil),
                isForeign: key != "booking")
        default: throw Script.Fault("no such set-up line: \(key): \(value)")
        }
    }

    mutating func turn(_ lines: [String]) throws -> [String] {
        let end = try stage.turn(try lines.map { try heard($0) })
        var shown: [String] = []
        for content in end.replies {
            switch content {
            case .message(let message):
                shown += message.text.split(separator: "\n").map(String.init)
                shown += message.cards.map { "# \($0.title) · \($0.price) · \($0.detail)" }
                if let note = message.note { shown.append("note: " + note) }
                if !message.buttons.isEmpty {
                    shown.append(message.buttons.map { "[\($0.title)]" }.joined(separator: " "))
                }
                tappable.append(message.cards.map { ($0.title, $0.id) } + message.buttons.map { ($0.title, $0.id) })
            case .voice(let text, let language): shown.append("voice \(language.rawValue): \(text)")
            case .location(_, _, let name, let address): shown.append("location: \(name), \(address)")
            }
        }
        if let handoff = end.handoff { shown.append("handoff: \(handoff.reason)") }
        return shown.isEmpty ? ["(silence)"] : shown
    }

    private func heard(_ line: String) throws -> Heard {
        var words = line[...]
        var annotations: [String] = []
        if let brace = line.lastIndex(of: "{"), line.last == "}" {
            words = line[..<brace]
            annotations = line[line.index(after: brace)...].dropLast().split(separator: ";").map(\.trimmed)
        }
        var text = words.trimmed
        if text.hasPrefix("["), text.hasSuffix("]") {
            let id = try tap(String(text.dropFirst().dropLast()))
            return Heard(content: InboundContent(kind: .button, text: text, buttonID: id), understood: nil)
        }
        var kind = InboundContent.Kind.text
        if text.hasPrefix("("), let close = text.firstIndex(of: ")") {
            guard let named = InboundContent.Kind(rawValue: String(text[text.index(after: text.startIndex)..<close]))
            else {
                throw Script.Fault("no such kind: \(text)")
            }
            kind = named
            text = text[text.index(after: close)...].trimmed
        }
        let content = InboundContent(
            kind: kind, text: text.isEmpty ? nil : text, truncated: annotations.contains("truncated") ? true : nil,
            maskedCard: annotations.contains("masked") ? true : nil)
        guard !text.isEmpty, kind != .reaction else { return Heard(content: content, understood: nil) }
        let annotated = try understood(annotations)
        return Heard(content: content, understood: understand?(text, situation, annotated) ?? annotated)
    }

    private var situation: UnderstandingContext {
        UnderstandingContext(
            today: stage.context.today, minuteOfDay: stage.context.minuteOfDay,
            language: stage.state.language ?? language, expecting: stage.state.expecting,
            checkIn: stage.state.knownCheckIn, checkOut: stage.state.knownCheckOut)
    }

    private func tap(_ name: String) throws -> String {
        if name.contains("|") { return name }
        let parts = name.components(at: " @")
        let bubbles = parts.count == 2 ? [tappable[(Int(parts[1]) ?? 1) - 1]] : tappable.reversed()
        for bubble in bubbles {
            if let found = bubble.first(where: { $0.title == parts[0] }) { return found.id }
        }
        throw Script.Fault("nothing to tap is called \(name)")
    }

    private func understood(_ annotations: [String]) throws -> Understood {
        var result = Understood(language: language, languageConfidence: 0.95, intents: [], entities: [])
        for annotation in annotations {
            let words = annotation.split(separator: " ").map(String.init)
            guard let first = words.first else { continue }
            let rest = words.dropFirst().joined(separator: " ")
            switch first {
            case "lang":
                if let other = Language(rawValue: rest) {
                    result.language = other
                } else {
                    result.languageConfidence = 0.2
                }
            case "stay":
                if let stay = Self.stay(rest) {
                    result.entities.append(.stay(checkIn: stay.checkIn, checkOut: stay.checkOut))
                } else if let day = LocalDate(rest) {
                    result.entities.append(.stay(checkIn: day, checkOut: nil))
                } else {
                    let days = rest.components(at: "..").compactMap { LocalDate($0) }
                    guard days.count == 2 else { throw Script.Fault("no stay: \(rest)") }
                    result.entities.append(.stay(checkIn: days[0], checkOut: days[1]))
                }
            case "nights": result.entities.append(.nights(Int(rest) ?? 0))
            case "impossible": result.entities.append(.impossibleDate(rest))
            case "party":
                // 2, 2 + 5,8 or 2 + ?1
                let parts = rest.components(at: " + ")
                let ages =
                    parts.dropFirst().first { !$0.hasPrefix("?") }?.split(separator: ",").compactMap { Int($0) } ?? []
                let unknown = parts.dropFirst().first { $0.hasPrefix("?") }.flatMap { Int($0.dropFirst()) } ?? 0
                result.entities.append(.party(adults: Int(parts[0]), children: ages, childrenWithoutAge: unknown))
            case "ages":
                result.entities.append(
                    .party(
                        adults: nil, children: rest.split(separator: ",").compactMap { Int($0) }, childrenWithoutAge: 0)
                )
            case "room": result.entities.append(.roomType(rest))
            case "rooms": result.entities.append(.rooms(Int(rest) ?? 0))
            case "choice":
                let choice: Choice =
                    switch rest {
                    case "last": .last
                    case "cheapest": .cheapest
                    case "dearest": .dearest
                    default: .ordinal(Int(rest) ?? 0)
                    }
                result.entities.append(.choice(choice))
            case "code": result.entities.append(.bookingCode(rest))
            case "email": result.entities.append(.email(rest))
            case "name": result.entities.append(.name(rest))
            case "voice": result.entities.append(.answerByVoice)
            case "masked", "truncated": break
            default:
                guard let intent = Intent(rawValue: first) else {
                    throw Script.Fault("unknown annotation: \(annotation)")
                }
                result.intents.append(
                    RankedIntent(intent: intent, probability: Double(rest) ?? (result.intents.isEmpty ? 0.9 : 0.4)))
            }
        }
        if result.intents.isEmpty { result.intents = [RankedIntent(intent: .outOfScope, probability: 0.3)] }
        return result
    }

    private static func stay(_ text: String) -> Stay? {
        let days = text.components(at: "..").compactMap { LocalDate($0) }
        return days.count == 2 ? Stay(checkIn: days[0], checkOut: days[1]) : nil
    }
}

extension String {
    func components(at separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
