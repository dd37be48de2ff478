/// What must be true of a run's records, whatever was killed (DESIGN.md §4). A value: records in, what is wrong out.
struct Audit {
    /// What a guest knows of their stay.
    struct Guest: Sendable {
        var phone: String
        /// Ids of the messages that the hotel has taken.
        var written: [String]
        /// The code that they were told.
        var booked: String?
        var isCancelled = false
        /// How often they confirmed a booking.
        var confirmations = 0
        var complaint: String?
    }

    struct Problem: Sendable {
        /// Nil when it is nobody's in particular.
        var phone: String?
        /// What was expected, and what is.
        var text: String
    }

    let records: Records
    let guests: [Guest]
    private(set) var problems: [Problem] = []

    init(_ records: Records, _ guests: [Guest]) {
        self.records = records
        self.guests = guests
    }

    /// All that is wrong; empty: nothing.
    static func problems(of records: Records, _ guests: [Guest]) -> [Problem] {
        var audit = Audit(records, guests)
        audit.checkWhole()
        let inbound = Dictionary(grouping: records.inbound, by: \.phone)
        let outbound = Dictionary(grouping: records.outbound, by: \.conversation)
        let sent = Dictionary(grouping: records.sent, by: \.phone)
        for guest in guests {
            let messages = inbound[guest.phone] ?? []
            let replies = messages.first.map { outbound[$0.conversation] ?? [] } ?? []
            audit.checkMessages(of: guest, messages)
            audit.checkTurns(of: guest, messages, replies)
            audit.checkDelivery(to: guest, replies, sent[guest.phone] ?? [])
            audit.checkBooking(of: guest, conversation: messages.first?.conversation)
        }
        audit.checkNights()
        return audit.problems
    }

    private mutating func expect(_ isTrue: Bool, _ phone: String? = nil, _ text: @autoclosure () -> String) {
        if !isTrue { problems.append(Problem(phone: phone, text: text())) }
    }

    private mutating func checkWhole() {
        for letter in records.deadLetters { expect(false, nil, "no dead letter was expected, but there is \(letter)") }
        let ours = Set(records.outbound.map(\.id))
        for sent in records.sent where sent.outbound.map(ours.contains) != true {
            expect(false, sent.phone, "Meta got \"\(sent.words)\", which no row has sent")
        }
        for guest in guests {
            if let complaint = guest.complaint { expect(false, guest.phone, "the guest complains: \(complaint)") }
        }
    }

    // MARK: From the guest to the turn

    private mutating func checkMessages(of guest: Guest, _ messages: [Records.Inbound]) {
        let stored = messages.map(\.id)
        for id in guest.written where !stored.contains(id) {
            expect(false, guest.phone, "message \(id) was taken with 200 and is not stored")
        }
        for message in messages {
            expect(message.isProcessed, guest.phone, "message \(message.id) was taken by no turn")
        }
        expect(
            Set(messages.map(\.conversation)).count <= 1, guest.phone,
            "one conversation was expected, not \(Set(messages.map(\.conversation)))")
        for session in records.sessions where session.conversation == messages.first?.conversation {
            expect(!session.hasLease && session.attempts == 0, guest.phone, "the conversation is still claimed")
        }
    }

    /// Each turn took some messages in one transaction, answers the first of them, and no message is another turn's.
    private mutating func checkTurns(of guest: Guest, _ messages: [Records.Inbound], _ replies: [Records.Outbound]) {
        let turns = Dictionary(grouping: messages, by: \.transaction)
        let answered = Dictionary(grouping: replies, by: \.answers)
        for (_, taken) in turns {
            let first = taken.filter { answered[$0.id] != nil }
            expect(
                first.count == 1, guest.phone,
                "messages \(taken.map(\.id)) were taken by one turn, which was to reply to one of them, not to \(first.map(\.id))"
            )
        }
        for reply in replies where !messages.contains(where: { $0.id == reply.answers }) {
            expect(
                false, guest.phone, "reply \(reply.id) answers \(reply.answers), which is no message of this guest's")
        }
        for (id, rows) in answered {
            expect(
                rows.map(\.ordinal) == Array(1...rows.count), guest.phone,
                "the replies to \(id) were to be 1 to \(rows.count), not \(rows.map(\.ordinal))")
        }
        let commands = records.commands.filter { $0.conversation == messages.first?.conversation }
        for command in commands { expect(command.isFinished, guest.phone, "command \(command.key) has no outcome") }
        for session in records.sessions where session.conversation == messages.first?.conversation {
            expect(
                session.version == turns.count + commands.count, guest.phone,
                "\(turns.count) turns and \(commands.count) commands were committed, but \(session.version) steps")
        }
        var last = Int.min
        for reply in replies {
            guard let turn = turns.values.first(where: { $0.contains { $0.id == reply.answers } }) else { continue }
            let (begin, end) = (turn.map(\.receivedAt).min() ?? 0, turn.map(\.receivedAt).max() ?? 0)
            expect(
                end >= last, guest.phone,
                "reply \(reply.id) answers \(reply.answers) after a later message was answered")
            last = begin
        }
    }

    // MARK: From the turn to the guest

    private mutating func checkDelivery(to guest: Guest, _ replies: [Records.Outbound], _ sent: [Records.Sent]) {
        for reply in replies {
            expect(
                ["sent", "delivered", "read"].contains(reply.status), guest.phone,
                "reply \(reply.id) was to be sent, and is \(reply.status)")
            let copies = sent.filter { $0.outbound == reply.id }
            expect(!copies.isEmpty, guest.phone, "reply \(reply.id) to \(reply.answers) never reached Meta")
            expect(
                copies.count <= 1 + reply.resends, guest.phone,
                "reply \(reply.id) to \(reply.answers) reached Meta \(copies.count) times, with \(reply.resends) counted repeats"
            )
            if let words = reply.words {
                for copy in copies where !copy.words.hasPrefix(words) {
                    expect(
                        false, guest.phone,
                        "reply \(reply.id) reached Meta as \"\(copy.words)\" and not as \"\(words)\"")
                }
            }
        }
        let order = sent.compactMap(\.outbound)
        expect(order == order.sorted(), guest.phone, "replies reached Meta in the order \(order)")
    }

    // MARK: Bookings

    private mutating func checkBooking(of guest: Guest, conversation: String?) {
        let bookings = records.bookings.filter { $0.conversation != nil && $0.conversation == conversation }
        expect(
            bookings.count <= min(1, guest.confirmations), guest.phone,
            "\(guest.confirmations) confirmations made \(bookings.count) bookings: \(bookings.map(\.code))")
        guard let code = guest.booked else {
            return expect(
                bookings.isEmpty, guest.phone, "\(bookings.map(\.code)) are booked, and the guest was not told")
        }
        let status = bookings.first { $0.code == code }?.status
        let expected = guest.isCancelled ? "cancelled" : "confirmed"
        expect(status == expected, guest.phone, "booking \(code) was to be \(expected), and is \(status ?? "nowhere")")
    }

    /// Confirmed bookings have their nights for good, and nothing else has.
    private mutating func checkNights() {
        let nights = Dictionary(grouping: records.nights, by: \.booking)
        for booking in records.bookings {
            let own = nights[booking.id] ?? []
            if booking.status == "confirmed" {
                let expected = Set(
                    booking.nights.map {
                        Records.Night(booking: booking.id, room: booking.room, night: $0, isHeld: false)
                    })
                expect(Set(own) == expected, nil, "booking \(booking.code) was to have \(expected) and has \(own)")
            } else {
                expect(
                    !own.contains { !$0.isHeld }, nil,
                    "\(booking.code), which is \(booking.status), has nights for good: \(own)")
            }
        }
        let known = Set(records.bookings.map(\.id))
        for (booking, rows) in nights where !known.contains(booking) {
            expect(false, nil, "nights \(rows) belong to no booking")
        }
        let rooms = records.nights.map { [$0.room, $0.night] }
        expect(Set(rooms).count == rooms.count, nil, "a room's night has two owners")
    }
}
