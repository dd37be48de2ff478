import Contracts
import Glibc
import Support

/// Who comes to the hotel in a run: most book, on nights spread over the coming year; some want the same few rooms on the same nights; the
/// others ask, write in bursts, or want to hear a voice.
enum GuestList {
    static func make(_ plan: ChaosPlan) -> [GuestScript] {
        var generator = SeededGenerator(seed: plan.seed)
        let tomorrow = LocalDate(daysSinceEpoch: time(nil) / 86_400 + 1)
        let contested = stay(from: tomorrow, after: Int.random(in: 20...200, using: &generator), nights: 2)
        return (0..<plan.guests).map { number in
            let words = GuestWords.all[number % 3 == 2 ? Int.random(in: 0...2, using: &generator) : 0]
            return GuestScript(
                wish: wish(number, words, contested, tomorrow, &generator), words: words,
                name:
                    "\(firstNames.randomElement(using: &generator) ?? "Ana") \(lastNames.randomElement(using: &generator) ?? "Ruiz")",
                email: "guest\(number)@example.org")
        }
    }

    private static func wish(
        _ number: Int, _ words: GuestWords, _ contested: Stay?, _ tomorrow: LocalDate,
        _ generator: inout SeededGenerator
    ) -> GuestScript.Wish {
        func roll() -> Int { Int.random(in: 0..<100, using: &generator) }
        switch number % 20 {
        case 0..<2:
            // Four family rooms, and a dozen who want one for the same nights.
            guard let contested, number < 120 else { return booking(tomorrow, &generator) }
            return .book(contested, roomType: "family", isCancelled: false, tapsTwice: false)
        case 2..<14: return booking(tomorrow, &generator)
        case 14..<17: return .ask(words.questions.shuffled(using: &generator).prefix(3).map { [$0] })
        case 17..<19: return .ask([words.burst, [words.questions[roll() % words.questions.count]]])
        default: return .ask([[words.spoken], [words.questions[roll() % words.questions.count]]])
        }
    }

    private static func booking(_ tomorrow: LocalDate, _ generator: inout SeededGenerator) -> GuestScript.Wish {
        let nights = Int.random(in: 1...4, using: &generator)
        guard let stay = stay(from: tomorrow, after: Int.random(in: 2...330, using: &generator), nights: nights) else {
            return .ask([])
        }
        let roll = Int.random(in: 0..<100, using: &generator)
        return .book(stay, roomType: nil, isCancelled: roll < 25, tapsTwice: roll >= 85)
    }

    private static func stay(from day: LocalDate, after days: Int, nights: Int) -> Stay? {
        Stay(checkIn: day.adding(days: days), checkOut: day.adding(days: days + nights))
    }

    private static let firstNames = ["Ana", "Luis", "María", "Carlos", "Laura", "Pedro", "Elena", "Javier"]
    private static let lastNames = ["García", "Pérez", "Romero", "Silva", "Moreno", "Navarro", "Costa"]
}
