import Contracts

@testable import orchestrator

/// SplitMix64: the same seed plays the same guests on every machine.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A guest who now answers what was asked, now says anything at all, and taps whatever was ever shown.
struct RandomGuest {
    var random: SplitMix64
    private(set) var tappable: [String] = []
    /// Mostly answers what was asked: only such guests get as far as bookings and what comes after.
    private let isCooperative: Bool

    init(seed: UInt64) {
        random = SplitMix64(state: seed)
        isCooperative = random.next() % 2 == 0
    }

    mutating func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }

    mutating func see(_ message: OutboundMessage) {
        tappable += message.cards.map(\.id) + message.buttons.map(\.id)
    }

    mutating func messages(expecting: Expectation?, today: LocalDate, codes: [String]) -> [Heard] {
        if isCooperative, !chance(6) { return [cooperate(expecting: expecting, today: today, codes: codes)] }
        return (0..<(chance(4) ? 3 : 1)).map { _ in message(expecting: expecting, today: today, codes: codes) }
    }

    /// Answers the question that is open; without one begins something.
    private mutating func cooperate(expecting: Expectation?, today: LocalDate, codes: [String]) -> Heard {
        var intent: Intent?
        var entities: [Entity] = []
        if let expecting {
            entities = [answer(to: expecting, today: today, codes: codes)].compactMap { $0 }
            if expecting == .confirmation { intent = chance(6) ? .deny : .affirm }
        } else {
            intent = [.checkAvailability, .changeBooking, .cancelBooking].randomElement(using: &random)
            if intent != .cancelBooking { entities = [stay(today)] }
            if intent == .checkAvailability {
                entities.append(
                    .party(adults: Int.random(in: 1...2, using: &random), children: [], childrenWithoutAge: 0))
            } else if let code = codes.last, chance(2) {
                entities.append(.bookingCode(code))
            }
        }
        let understood = Understood(
            language: .spanish, languageConfidence: 0.3,
            intents: [RankedIntent(intent: intent ?? .outOfScope, probability: intent == nil ? 0.3 : 0.9)],
            entities: entities)
        return Heard(content: InboundContent(kind: .text, text: "…"), understood: understood)
    }

    private mutating func message(expecting: Expectation?, today: LocalDate, codes: [String]) -> Heard {
        if let id = tappable.suffix(chance(3) ? 100 : 4).randomElement(using: &random), chance(3) {
            return Heard(content: InboundContent(kind: .button, text: "tap", buttonID: chance(20) ? id + "|x" : id))
        }
        if chance(12) {
            let kinds: [InboundContent.Kind] = [
                .voice, .image, .video, .document, .sticker, .location, .contacts, .reaction, .unsupported, .system,
            ]
            return Heard(content: InboundContent(kind: kinds.randomElement(using: &random) ?? .image))
        }
        var understood = Understood(
            language: Language.allCases.randomElement(using: &random) ?? .spanish,
            languageConfidence: chance(3) ? 0.9 : 0.3, intents: [], entities: [])
        if chance(2), let expecting {
            understood.entities = [answer(to: expecting, today: today, codes: codes)].compactMap { $0 }
            if expecting == .confirmation || expecting == .choice && chance(3) {
                understood.intents = [RankedIntent(intent: chance(4) ? .deny : .affirm, probability: 0.9)]
            }
        } else {
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                understood.entities.append(anything(today: today, codes: codes))
            }
        }
        if understood.intents.isEmpty {
            let first = Double.random(in: 0.2...1, using: &random)
            let ranked = Intent.allCases.shuffled(using: &random)
            understood.intents = [
                RankedIntent(intent: ranked[0], probability: first),
                RankedIntent(intent: ranked[1], probability: (1 - first) * 0.9),
                RankedIntent(intent: ranked[2], probability: (1 - first) * 0.1),
            ]
        }
        let texts = [
            "hola", "", "Ana María de la Ó", "😀😀😀", "العربية", String(repeating: "larguísimo ", count: 400), "a@b",
            "doble superior",
        ]
        let content = InboundContent(
            kind: chance(8) ? .voice : .text, text: texts.randomElement(using: &random),
            truncated: chance(20) ? true : nil,
            maskedCard: chance(20) ? true : nil)
        return Heard(content: content, understood: chance(25) ? nil : understood)
    }

    private mutating func answer(to expecting: Expectation, today: LocalDate, codes: [String]) -> Entity? {
        switch expecting {
        case .dates: stay(today)
        case .nights: .nights(Int.random(in: 1...5, using: &random))
        case .party: .party(adults: Int.random(in: 1...3, using: &random), children: [], childrenWithoutAge: 0)
        case .childrenAges: .party(adults: nil, children: [7, 4], childrenWithoutAge: 0)
        case .choice: .choice(.ordinal(Int.random(in: 1...3, using: &random)))
        case .name: .name("Ana Pérez")
        case .email: .email("ana@example.org")
        case .confirmation: nil
        case .bookingCode: codes.randomElement(using: &random).map { .bookingCode($0) }
        }
    }

    private mutating func stay(_ today: LocalDate) -> Entity {
        let checkIn = today.adding(days: Int.random(in: 0...20, using: &random))
        return .stay(checkIn: checkIn, checkOut: checkIn.adding(days: Int.random(in: 1...4, using: &random)))
    }

    private mutating func anything(today: LocalDate, codes: [String]) -> Entity {
        let day = today.adding(days: Int.random(in: -40...800, using: &random))
        switch Int.random(in: 0..<14, using: &random) {
        case 0: return stay(today)
        case 1: return .stay(checkIn: day, checkOut: day.adding(days: Int.random(in: -3...60, using: &random)))
        case 2: return .stay(checkIn: today.adding(days: 3), checkOut: nil)
        case 3: return .nights(Int.random(in: -1...400, using: &random))
        case 4: return .impossibleDate("30 de febrero?")
        case 5: return .party(adults: Int.random(in: 0...9, using: &random), children: [], childrenWithoutAge: 0)
        case 6: return .party(adults: nil, children: [3], childrenWithoutAge: Int.random(in: 0...3, using: &random))
        case 7: return .rooms(Int.random(in: 1...2, using: &random))
        case 8:
            return .roomType(
                ["single", "double", "superior", "family", "suite", "igloo"].randomElement(using: &random) ?? "double")
        case 9:
            let choices: [Choice] = [.ordinal(0), .ordinal(1), .ordinal(2), .ordinal(99), .last, .cheapest, .dearest]
            return .choice(choices.randomElement(using: &random) ?? .last)
        case 10: return .bookingCode(codes.randomElement(using: &random) ?? "HM-NONE99")
        case 11: return .email(String(repeating: "x", count: Int.random(in: 1...300, using: &random)) + "@example.org")
        case 12: return .name(String(repeating: "María ", count: Int.random(in: 1...40, using: &random)))
        default: return .answerByVoice
        }
    }
}
