import Postgres
import Servers
import Testing

extension EndToEnd {
    @Suite struct StoryTests {
        @Test(arguments: Way.allCases)
        func aGuestAsksChoosesBooksAndCancelsInTwoLanguages(by way: Way) async throws {
            let system = try await EndToEnd.system()
            let guest = try await way.talker(system)
            let offer = try await guest.say("Hola, ¿tienen una doble del 3 al 5 de diciembre para dos personas?")
            #expect(offer.text.contains("asistente automático"))
            #expect(offer.choice("Doble superior")?.description?.contains("€") == true)
            #expect(offer.choice("Otras fechas") != nil)
            let held = try await guest.say("la segunda")
            #expect(held.text.contains("Doble superior"))
            #expect(!held.text.contains("asistente automático"))
            let asksEmail = try await guest.say("Ana Pérez")
            #expect(asksEmail.text.contains("correo"))
            let summary = try await guest.say("ana@example.org")
            #expect(summary.text.contains("Ana Pérez"))
            #expect(summary.choices.map(\.title) == ["Confirmar", "Cambiar algo", "No reservar"])
            let booked = try await guest.say("sí, confirmo")
            let booking = try await system.booking(in: booked.text)
            #expect(booking.status == "confirmed", "\(booked.text)")
            let asks = try await guest.say("Thanks! can you cancel it?")
            #expect(asks.text.contains("Shall I cancel booking \(booking.code)?"))
            let cancelled = try await guest.say("yes please")
            #expect(cancelled.text.contains("cancelled"))
            #expect(try await system.booking(in: cancelled.text) == (booking.code, "cancelled"))
            #expect(try await guest.unread() == 0)
        }

        @Test(arguments: Way.allCases)
        func aTurnGetsExactlyOneBubble(by way: Way) async throws {
            let system = try await EndToEnd.system()
            let guest = try await way.talker(system)
            let said = ["¿Hay parking?", "¿a qué hora es el desayuno?", "what time is check-out?", "obrigado!"]
            for text in said { _ = try await guest.say(text) }
            // A turn after all of them: nothing of theirs can still come.
            _ = try await guest.say("¿dónde están?")
            let address = try await address(of: guest)
            let rows = try await system.value(
                """
                SELECT string_agg(c::text, ',') FROM (
                    SELECT count(*) FILTER (WHERE content ? 'message') AS c FROM outbound_messages WHERE address = $1
                    GROUP BY inbound_message_id ORDER BY min(id)) AS t
                """, [.text(address)])
            #expect(rows == "1,1,1,1,1")
        }

        private func address(of guest: any Talker) async throws -> String {
            if let guest = guest as? Guest { return guest.phone }
            let conversation = try #require(guest as? WebVisitor).conversation
            return try await EndToEnd.system().value(
                "SELECT address FROM session_states WHERE conversation_id = $1", [.text(conversation)])
        }

        enum Choosing: CaseIterable, Sendable { case tap, ordinal, number, superlative }

        @Test(arguments: Choosing.allCases, Way.allCases)
        func aRoomIsChosenByATapOrByWords(_ choosing: Choosing, by way: Way) async throws {
            let system = try await EndToEnd.system()
            let guest = try await way.talker(system)
            let held: Reply
            switch choosing {
            case .tap:
                let offer = try await guest.say("Una doble del 10 al 12 de enero, somos dos")
                held = try await guest.tap("Doble superior", of: offer)
                #expect(held.text.contains("Doble superior"))
            case .ordinal:
                _ = try await guest.say("Una doble del 10 al 12 de enero, somos dos")
                held = try await guest.say("la segunda")
                #expect(held.text.contains("Doble superior"))
            case .number:
                _ = try await guest.say("Una doble del 10 al 12 de enero, somos dos")
                held = try await guest.say("2")
                #expect(held.text.contains("Doble superior"))
            case .superlative:
                _ = try await guest.say("Do you have a double from 10 to 12 January for two?")
                held = try await guest.say("the cheaper one")
                #expect(held.text.contains("Double, from"))
            }
            #expect(try await guest.unread() == 0)
        }

        @Test(arguments: Way.allCases)
        func aSecondTapChangesNothingAndAnOldOneIsNoticed(by way: Way) async throws {
            let system = try await EndToEnd.system()
            let guest = try await way.talker(system)
            let first = try await guest.say("Una doble del 14 al 16 de enero, somos dos")
            _ = try await guest.tap("Doble superior", of: first)
            let again = try await guest.tap("Doble superior", of: first)
            #expect(again.text.contains("¿a nombre de quién"))
            let second = try await guest.say("mejor del 21 al 23 de enero")
            #expect(second.text.contains("21 de enero") && second.text.contains("¿a nombre de quién"))
            let stale = try await guest.tap("Doble superior", of: first)
            #expect(stale.text.contains("Esa oferta era para la estancia"), "\(stale.text)")
            let back = try await guest.tap("No, seguir con esta", of: stale)
            #expect(back.text.contains("21 de enero") && back.text.contains("¿a nombre de quién"), "\(back.text)")
            #expect(try await guest.unread() == 0)
        }

        @Test func whoAsksForTheLastRoomWhileAnotherHoldsItIsToldSo() async throws {
            let system = try await EndToEnd.system()
            // One superior room is left for these nights.
            try await system.database.script(
                """
                INSERT INTO room_nights (hotel_id, room_id, night, booking_id)
                SELECT r.hotel_id, r.room_id, n::date, -1 FROM rooms r, generate_series(
                    date_trunc('year', now()) + interval '1 year 1 month 3 days',
                    date_trunc('year', now()) + interval '1 year 1 month 6 days', '1 day') AS n
                WHERE r.room_type_id = 'superior' AND r.room_id <> '301'
                """)
            let first = await system.guest("Eva Ruiz")
            let second = try await system.visitor()
            let question = "superior del 4 al 6 de febrero para dos personas"
            let hers = try await first.say(question)
            let theirs = try await second.say(question)
            #expect(hers.choice("Doble superior") != nil)
            #expect(theirs.choice("Doble superior") != nil)
            _ = try await first.tap("Doble superior", of: hers)
            let told = try await second.tap("Doble superior", of: theirs)
            #expect(told.text.contains("se acaba de ocupar"))
            #expect(told.choice("Doble superior") == nil)
            #expect(told.choice("Doble") != nil)
            let third = try await system.visitor()
            #expect(try await third.say(question).choice("Doble superior") == nil)
        }
    }
}
