import Contracts

/// One send of a row: a message that is ready, or words that are to be spoken first.
enum GraphPart: Hashable, Sendable {
    case message(GraphMessage)
    case speech(text: String, language: Language)
}

/// Turns what a guest is told into WhatsApp messages. Pure, and always the same for the same content: a row whose process died after its
/// second part goes on with the third.
enum GraphRendering {
    static let buttonLimit = 3
    static let rowLimit = 10

    /// In order; one part unless the content is longer than a message holds. None when there is nothing to say.
    static func parts(of content: OutboundContent) -> [GraphPart] {
        switch content {
        case .message(let message):
            return messages(of: message).map { .message($0) }
        case .voice(let text, let language):
            return text.allSatisfy(\.isWhitespace) ? [] : [.speech(text: text, language: language)]
        case .location(let latitude, let longitude, let name, let address):
            return [
                .message(
                    .location(
                        latitude: latitude, longitude: longitude, name: TextLimit.placeName.shortened(name),
                        address: TextLimit.placeName.shortened(address)))
            ]
        }
    }

    private static func messages(of message: OutboundMessage) -> [GraphMessage] {
        let choices = choices(of: message)
        switch choices.count {
        case 0:
            return texts(paragraphs([message.text, message.note]))
        case 1...buttonLimit:
            return asked(message, choices) { body in
                let titles = distinct(choices.map(\.title), TextLimit.buttonTitle)
                return .buttons(body: body, zip(choices, titles).map { .init(id: $0.id, title: $1) })
            }
        default:
            return lists(message, choices)
        }
    }

    // MARK: Choices

    /// A card or a button: both are tapped.
    private struct Choice {
        var id: String
        var title: String
        var price = ""
        var detail = ""
        var isCard = false

        /// As it reads in the text above the choices, which has room for the whole title.
        func line(withDetail: Bool) -> String? {
            guard isCard else { return nil }
            let name = "*\(title.filter { $0 != "*" })*"
            let head = price.isEmpty ? name : "\(name) · \(price)"
            return withDetail && !detail.isEmpty ? "\(head)\n\(detail)" : head
        }
    }

    /// An id that Meta would refuse, or one that comes twice, would cost the guest the whole message: such a choice is left out.
    private static func choices(of message: OutboundMessage) -> [Choice] {
        let cards = message.cards.map {
            Choice(id: $0.id, title: $0.title, price: $0.price, detail: $0.detail, isCard: true)
        }
        let buttons = message.buttons.map { Choice(id: $0.id, title: $0.title) }
        var seen: Set<String> = []
        return (cards + buttons).filter {
            !$0.id.isEmpty && TextLimit.choiceID.admits($0.id) && seen.insert($0.id).inserted
        }
    }

    /// Titles cut to their limit and numbered where the cut made two of them equal, which Meta refuses.
    private static func distinct(_ titles: [String], _ limit: TextLimit) -> [String] {
        let cut = titles.map(limit.shortened)
        var counts: [String: Int] = [:]
        for title in cut { counts[title, default: 0] += 1 }
        return zip(cut, titles).enumerated().map { index, pair in
            let (short, whole) = pair
            if short.isEmpty { return "\(index + 1)" }
            return counts[short] == 1 ? short : limit.shortened("\(index + 1). \(whole)")
        }
    }

    // MARK: Interactive messages

    /// The message with its choices below; what the body can't hold goes before it as text.
    private static func asked(
        _ message: OutboundMessage, _ choices: [Choice], _ interactive: (String) -> GraphMessage
    ) -> [GraphMessage] {
        let detailed = body(message, choices, withDetail: true)
        let short = TextLimit.interactiveBody.admits(detailed) ? detailed : body(message, choices, withDetail: false)
        let pieces = TextLimit.interactiveBody.pieces(short)
        guard let last = pieces.last else {
            // Nothing but choices: Meta wants a body, and the choices' own words are the only ones there are.
            let titles = choices.map(\.title).joined(separator: " · ")
            let body = TextLimit.interactiveBody.shortened(titles)
            return [interactive(body.isEmpty ? "…" : body)]
        }
        return texts(String(short[..<last.startIndex])) + [interactive(String(last))]
    }

    private static func lists(_ message: OutboundMessage, _ choices: [Choice]) -> [GraphMessage] {
        var messages: [GraphMessage] = []
        var start = 0
        while start < choices.count {
            let page = Array(choices[start..<min(start + rowLimit, choices.count)])
            // The words stand above the first list; a further one has its own choices' prices, if they have any.
            var part = message
            if start > 0 {
                part.text = ""
                part.note = nil
            }
            let opener = message.listTitle.map(TextLimit.listOpener.shortened) ?? ""
            let numbers = "\(start + 1) – \(start + page.count)"
            messages += asked(part, page) { body in
                .list(body: body, opener: opener.isEmpty ? numbers : opener, rows(page))
            }
            start += page.count
        }
        return messages
    }

    private static func rows(_ choices: [Choice]) -> [GraphMessage.Row] {
        zip(choices, distinct(choices.map(\.title), TextLimit.rowTitle)).map { choice, title in
            let description = [choice.price, choice.detail].filter { !$0.isEmpty }.joined(separator: " · ")
            return .init(id: choice.id, title: title, description: TextLimit.rowDescription.shortened(description))
        }
    }

    private static func body(_ message: OutboundMessage, _ choices: [Choice], withDetail: Bool) -> String {
        paragraphs([message.text] + choices.map { $0.line(withDetail: withDetail) } + [message.note])
    }

    // MARK: Texts

    private static func texts(_ text: String) -> [GraphMessage] {
        TextLimit.text.pieces(text).map { .text(String($0)) }
    }

    private static func paragraphs(_ texts: [String?]) -> String {
        texts.compactMap { $0 }.filter { !$0.allSatisfy(\.isWhitespace) }.joined(separator: "\n\n")
    }
}
