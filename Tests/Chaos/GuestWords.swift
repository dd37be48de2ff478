import Contracts

/// What guests say in their language, and the words by which they know the hotel's replies.
struct GuestWords: Sendable {
    var language: Language
    /// Of the question for the name.
    var nameQuestion: String
    /// Of what is said when the PMS does not answer.
    var notNow: String
    var soldOut: String
    var cancel: String
    var cancelled: String
    var booked: String
    var questions: [String]
    var burst: [String]
    /// Asks to be answered by voice.
    var spoken: String
    private var months: [String]

    static let all = [spanish, english, portuguese]

    static let spanish = GuestWords(
        language: .spanish, nameQuestion: "¿a nombre de quién", notNow: "no puedo consultar",
        soldOut: "no nos queda nada libre",
        cancel: "Quiero cancelar mi reserva", cancelled: "queda cancelada", booked: "Su código es ",
        questions: [
            "¿A qué hora es el desayuno?", "¿Hay aparcamiento?", "¿Tienen wifi?", "¿A qué hora es la salida?",
            "¿Cómo llego al hotel?",
        ],
        burst: ["Hola", "una pregunta…", "¿hay aparcamiento en el hotel?"],
        spoken: "Respóndeme con un audio: ¿a qué hora es el desayuno?",
        months: [
            "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
            "noviembre",
            "diciembre",
        ])

    static let english = GuestWords(
        language: .english, nameQuestion: "what name shall I", notNow: "can't look into the bookings",
        soldOut: "we have nothing free",
        cancel: "I want to cancel my booking", cancelled: "is now cancelled", booked: "Your code is ",
        questions: [
            "What time is breakfast?", "Is there parking?", "Do you have wifi?", "What time is check-out?",
            "How do I get to the hotel?",
        ],
        burst: ["Hello", "one question…", "is there parking at the hotel?"],
        spoken: "Answer me with a voice message: what time is breakfast?",
        months: [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November",
            "December",
        ])

    static let portuguese = GuestWords(
        language: .portuguese, nameQuestion: "em nome de quem", notNow: "não consigo consultar",
        soldOut: "não temos nada livre",
        cancel: "Quero cancelar a minha reserva", cancelled: "fica cancelada", booked: "O seu código é ",
        questions: [
            "A que horas é o café da manhã?", "Tem estacionamento?", "Vocês têm wifi?", "A que horas é o check-out?",
            "Como chego ao hotel?",
        ],
        burst: ["Olá", "uma pergunta…", "tem estacionamento no hotel?"],
        spoken: "Responda com um áudio: a que horas é o café da manhã?",
        months: [
            "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
            "novembro",
            "dezembro",
        ])

    /// Asks for a room for two.
    func request(_ stay: Stay, _ roomType: String?) -> String {
        let isFamily = roomType == "family"
        return switch language {
        case .spanish:
            "¿Tienen una habitación\(isFamily ? " familiar" : "") \(dates(stay, "del", "al", " de ")) para dos personas?"
        case .english:
            "Do you have a\(isFamily ? " family" : "") room \(dates(stay, "from", "to", " ")) for two people?"
        case .portuguese:
            "Vocês têm um quarto\(isFamily ? " familiar" : "") \(dates(stay, "de", "a", " de ")) para duas pessoas?"
        }
    }

    private func dates(_ stay: Stay, _ from: String, _ to: String, _ of: String) -> String {
        "\(from) \(date(stay.checkIn, of)) \(to) \(date(stay.checkOut, of))"
    }

    private func date(_ date: LocalDate, _ of: String) -> String {
        let month = months[date.month - 1]
        return language == .english ? "\(month)\(of)\(date.day)" : "\(date.day)\(of)\(month)"
    }

    /// The code of a booking that was just made.
    func bookedCode(in text: String) -> String? {
        guard let range = text.firstRange(of: booked) else { return nil }
        let code = text[range.upperBound...].prefix { $0.isUppercase || $0.isNumber || $0 == "-" }
        return code.isEmpty ? nil : String(code)
    }
}
