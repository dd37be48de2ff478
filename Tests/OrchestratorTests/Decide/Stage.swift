import Contracts
import Foundation

@testable import orchestrator

/// A conversation as the orchestrator runs it, with the PMS as a value: every state between two steps goes through JSON, as it does through the
/// database.
struct Stage {
    var dialogue: Dialogue
    var pms = FakePMS()
    var state = DialogueState()
    var context: DialogueContext
    /// Whether states are encoded and decoded at each step: the property test does it now and then, because it is slow.
    var storesStates = true

    struct TurnEnd {
        var replies: [OutboundContent]
        var handoff: HandoffRequest?
        var reads: Int
        var commands: [PMSCommand]
    }

    enum Fault: Error { case endless, statesDiffer, handoffBeforeReply }

    static let templates = Result { () throws in try Templates.embedded() }

    init() throws {
        dialogue = Dialogue(templates: try Self.templates.get())
        context = DialogueContext(
            hotel: Self.hotel, now: 1_795_453_320, today: LocalDate("2026-11-23")!, minuteOfDay: 17 * 60 + 2,
            channel: "web",
            phone: nil, profileName: nil)
    }

    static let hotel = Hotel(
        id: 1, name: "Hotel Miramar", timeZone: "Europe/Madrid", currency: "EUR", defaultLanguage: .spanish,
        facts: [
            "breakfast": [
                "es": "El desayuno es de 7:30 a 10:30 y cuesta 9 € por persona.",
                "en": "Breakfast is from 7:30 to 10:30 and costs €9 per person.",
                "pt": "O café da manhã é das 7:30 às 10:30 e custa 9 € por pessoa.",
            ],
            "parking": [
                "es": "Sí, hay aparcamiento: 15 € por noche, sin reserva.",
                "en": "Yes, there is parking: €15 a night, no reservation needed.",
                "pt": "Sim, há estacionamento: 15 € por noite, sem reserva.",
            ],
            "check_in": [
                "es": "La entrada es desde las 15:00.", "en": "Check-in is from 15:00.",
                "pt": "A entrada é a partir das 15:00.",
            ],
            "check_out": [
                "es": "La salida es hasta las 12:00.", "en": "Check-out is until 12:00.",
                "pt": "A saída é até as 12:00.",
            ],
            "location": [
                "es": "Estamos en el Paseo Marítimo 12, Málaga.", "en": "We're at Paseo Marítimo 12, Málaga.",
                "pt": "Estamos no Paseo Marítimo 12, Málaga.",
            ],
            "reception": [
                "es": "Recepción atiende de 7:00 a 23:00.", "en": "Reception is open from 7:00 to 23:00.",
                "pt": "A recepção atende das 7:00 às 23:00.",
            ],
            "cancellation": [
                "es": "Se puede cancelar gratis hasta dos días antes de llegar; después se cobra una noche.",
                "en": "Cancelling is free until two days before arrival; later one night is charged.",
                "pt": "Pode cancelar grátis até dois dias antes da chegada; depois cobra-se uma noite.",
            ],
        ],
        location: HotelLocation(latitude: 36.72, longitude: -4.41, address: "Paseo Marítimo 12, Málaga"))

    mutating func pass(seconds: Int) {
        context.now += seconds
        let minutes = context.minuteOfDay + seconds / 60
        context.today = context.today.adding(days: minutes / 1440)
        context.minuteOfDay = minutes % 1440
    }

    /// One turn, from the messages to its replies.
    mutating func turn(_ messages: [Heard]) throws -> TurnEnd {
        var event = DialogueEvent.heard(messages)
        var end = TurnEnd(replies: [], handoff: nil, reads: 0, commands: [])
        for _ in 0..<40 {
            let decision = dialogue.decide(state, event, in: context)
            state = storesStates ? try stored(decision.state) : decision.state
            switch decision.next {
            case .read(let read):
                guard decision.handoff == nil else { throw Fault.handoffBeforeReply }
                end.reads += 1
                event = .read(pms.answer(read, now: context.now))
            case .command(let command):
                guard decision.handoff == nil else { throw Fault.handoffBeforeReply }
                end.commands.append(command)
                event = .command(pms.run(command, now: context.now))
            case .reply(let replies):
                end.replies = replies
                end.handoff = decision.handoff
                return end
            }
        }
        throw Fault.endless
    }

    private func stored(_ state: DialogueState) throws -> DialogueState {
        let back = try JSONDecoder().decode(DialogueState.self, from: JSONEncoder().encode(state))
        guard back == state else { throw Fault.statesDiffer }
        return back
    }
}
