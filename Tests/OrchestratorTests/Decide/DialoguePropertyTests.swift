import Contracts
import Foundation
import Testing

@testable import orchestrator

/// What holds in every conversation, played at random with fixed seeds: `DIALOGUES` sets how many.
@Suite struct DialoguePropertyTests {
    static let count = Int(ProcessInfo.processInfo.environment["DIALOGUES"] ?? "") ?? 20_000

    @Test(arguments: [UInt64(1), 2])
    func everyConversationKeepsItsPromises(_ half: UInt64) throws {
        var booked = 0
        var cancelled = 0
        var changed = 0
        for number in 0..<(Self.count / 2) {
            let seed = half << 32 | UInt64(number)
            do {
                let stage = try play(seed: seed, storesStates: number % 50 == 0)
                for command in stage.pms.commands {
                    switch command {
                    case .book: booked += 1
                    case .cancel: cancelled += 1
                    case .change: changed += 1
                    default: break
                    }
                }
            } catch {
                Issue.record("seed \(seed): \(error)")
                return
            }
        }
        // The guests get somewhere: else the promises above would be kept by silence.
        #expect(booked > Self.count / 200)
        #expect(cancelled > Self.count / 1000)
        #expect(changed > Self.count / 2000)
    }

    struct Broken: Error, CustomStringConvertible {
        var description: String
    }

    private func require(_ condition: Bool, _ promise: @autoclosure () -> String) throws {
        if !condition { throw Broken(description: promise()) }
    }

    private func play(seed: UInt64, storesStates: Bool) throws -> Stage {
        var guest = RandomGuest(seed: seed)
        var stage = try Stage()
        stage.storesStates = storesStates
        if guest.chance(2) {
            stage.context.channel = "whatsapp"
            stage.context.phone = "+34600111222"
        }
        for roomType in stage.pms.roomTypes where guest.chance(3) {
            stage.pms.setStock(roomType.category, Int(seed % 2))
        }
        var shown: Set<String> = []
        for _ in 0..<Int.random(in: 3...14, using: &guest.random) {
            if guest.chance(4) {
                stage.pass(seconds: guest.chance(10) ? 9 * 86_400 : Int.random(in: 60...2400, using: &guest.random))
            }
            stage.pms.isDown = guest.chance(30)
            if guest.chance(15) {
                let failures: [PMSFailure] = [
                    .soldOut, .quoteExpired, .holdExpired, .notFound, .notChangeable, .invalid, .unavailable,
                ]
                let operation =
                    ["availability", "quote", "hold", "book", "change", "cancel"].randomElement(using: &guest.random)
                    ?? "hold"
                stage.pms.failures[operation] = failures.randomElement(using: &guest.random)
            }
            let messages = guest.messages(
                expecting: stage.state.expecting, today: stage.context.today, codes: stage.pms.bookings.map(\.code))
            let end = try stage.turn(messages)
            try check(end, after: messages, shown: shown)
            for case .message(let message) in end.replies {
                guest.see(message)
                shown.formUnion((message.cards.map(\.id) + message.buttons.map(\.id)))
            }
            try require(stage.state.turn == nil, "a turn's memory outlived it")
        }
        return stage
    }

    private func check(_ end: Stage.TurnEnd, after messages: [Heard], shown: Set<String>) throws {
        let isSilence = messages.allSatisfy { [.reaction, .system].contains($0.content.kind) }
        let bubbles = end.replies.compactMap { if case .message(let message) = $0 { message } else { nil } }
        try require(bubbles.count == (isSilence ? 0 : 1), "\(bubbles.count) bubbles")
        try require(end.replies.count <= 3, "too much besides the bubble")
        try require(end.reads + end.commands.count <= Limits.stepsATurn, "too many steps")
        for message in bubbles { try check(message) }
        for case .voice(let text, _) in end.replies {
            try require(!text.isEmpty && !text.contains("€") && text.count <= 4096, "not for the ear: \(text)")
        }
        for command in end.commands {
            let tapped = Set(messages.compactMap(\.content.buttonID))
            let saidYes = messages.contains { message in
                message.understood?.intents.contains { $0.intent == .affirm && $0.probability >= Limits.leaning }
                    ?? false
            }
            func agreed(_ id: String) -> Bool { shown.contains(id) && (saidYes || tapped.contains(id)) }
            switch command {
            case .book(let hold, let name, _, _):
                try require(agreed("confirm|\(hold)"), "booked \(hold) without a yes")
                try require(!name.isEmpty, "booked without a name")
            case .cancel(let code):
                try require(agreed("cancel|\(code)"), "cancelled \(code) without a yes")
            case .change(let code, _, _, _, _):
                try require(
                    shown.contains { $0.hasPrefix("change|") && $0.hasSuffix("|\(code)") && agreed($0) },
                    "changed \(code) without a yes")
            case .hold, .release: break
            }
        }
        try require(end.commands.count { if case .book = $0 { true } else { false } } <= 1, "booked twice in a turn")
    }

    private func check(_ message: OutboundMessage) throws {
        let text = message.text
        try require(!text.isEmpty && !text.contains("{") && !text.contains("  "), "odd text: \(text)")
        try require(text.count { $0 == "?" } <= 1, "two questions: \(text)")
        try require(text.count + (message.note?.count ?? 0) <= Limits.bodyCharacters, "too long: \(text)")
        try require(message.buttons.count <= Limits.buttons && message.cards.count <= Limits.cards, "too many to tap")
        let ids = message.cards.map(\.id) + message.buttons.map(\.id)
        try require(Set(ids).count == ids.count, "two things to tap with one id: \(ids)")
        for id in ids { try require(id.count <= Limits.identifier && Tap(id: id)?.id == id, "bad id \(id)") }
        for button in message.buttons {
            try require((1...Limits.buttonTitle).contains(button.title.count), "title \(button.title)")
        }
        let titleLimit = ids.count <= Limits.buttons ? Limits.buttonTitle : Limits.rowTitle
        for card in message.cards {
            try require((1...titleLimit).contains(card.title.count) && !card.price.isEmpty, "title \(card.title)")
            try require(card.detail.count <= Limits.rowDescription, "detail \(card.detail)")
        }
        try require(message.cards.isEmpty || message.listTitle?.isEmpty == false, "a list without a title")
    }
}
