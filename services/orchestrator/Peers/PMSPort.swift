import Contracts
import Telemetry
import Wire

/// Who asks the PMS: goes with every request.
struct PMSRequester: Sendable {
    var hotel: Int
    var conversation: String
    /// Of a guest who writes from one.
    var phone: String?
}

/// The PMS as a turn sees it; the network's edge.
protocol PMSPort: Sendable {
    /// Answers a question; one that got no answer is `.failed(.unavailable)`.
    func answer(_ read: PMSRead, for requester: PMSRequester) async -> PMSAnswer
    /// Runs a command once; nil when its outcome is not known, so that it must be run again under the same key.
    func run(_ command: PMSCommand, key: String, for requester: PMSRequester) async -> PMSOutcome?
}

/// The PMS behind pms-adapter.
struct WirePMS: PMSPort {
    let adapter: WireClient

    private static let readDeadline = Duration.milliseconds(1_500)
    private static let commandDeadline = Duration.seconds(3)

    func answer(_ read: PMSRead, for requester: PMSRequester) async -> PMSAnswer {
        let hotel = requester.hotel
        do {
            switch read {
            case .roomTypes:
                return .roomTypes(try await ask(PMSRoomTypes.self, .init(hotel: hotel), requester).roomTypes)
            case .availability(let stay, let party, let hold):
                let request = PMSAvailability.Request(hotel: hotel, stay: stay, party: party, ignoringHold: hold)
                return .offers(try await ask(PMSAvailability.self, request, requester).offers)
            case .quote(let stay, let party, let roomType):
                let request = PMSQuote.Request(hotel: hotel, stay: stay, party: party, roomType: roomType)
                return .quote(try await ask(PMSQuote.self, request, requester))
            case .booking(let code):
                let request = PMSBooking.Request(
                    hotel: hotel, code: code, conversation: requester.conversation, phone: requester.phone)
                return .booking(try await ask(PMSBooking.self, request, requester))
            }
        } catch {
            return .failed(Self.failure(error))
        }
    }

    func run(_ command: PMSCommand, key: String, for requester: PMSRequester) async -> PMSOutcome? {
        let hotel = requester.hotel
        do {
            switch command {
            case .hold(let quote):
                return .done(try await order(PMSHold.self, .init(hotel: hotel, key: key, quote: quote), requester))
            case .release(let hold):
                _ = try await order(PMSRelease.self, .init(hotel: hotel, key: key, hold: hold), requester)
                return .released
            case .book(let hold, let guestName, let email, let phone):
                let request = PMSBook.Request(
                    hotel: hotel, key: key, hold: hold, guestName: guestName, email: email, phone: phone,
                    conversation: requester.conversation)
                return .done(try await order(PMSBook.self, request, requester))
            case .change(let code, let stay, let party, let roomType, let agreedTotal):
                let request = PMSChange.Request(
                    hotel: hotel, key: key, code: code, stay: stay, party: party, roomType: roomType,
                    agreedTotal: agreedTotal)
                return .done(try await order(PMSChange.self, request, requester))
            case .cancel(let code):
                return .done(try await order(PMSCancel.self, .init(hotel: hotel, key: key, code: code), requester))
            }
        } catch {
            let failure = Self.failure(error)
            return failure == .unavailable ? nil : .failed(failure)
        }
    }

    private func ask<Op: Operation>(
        _ operation: Op.Type, _ request: Op.Request, _ requester: PMSRequester
    ) async throws(WireError) -> Op.Response {
        try await adapter.call(operation, request, deadline: Self.readDeadline, affinity: requester.conversation)
    }

    private func order<Op: Operation>(
        _ operation: Op.Type, _ request: Op.Request, _ requester: PMSRequester
    ) async throws(WireError) -> Op.Response {
        try await adapter.call(operation, request, deadline: Self.commandDeadline, affinity: requester.conversation)
    }

    /// What an error of the wire means for the dialogue. Whatever does not say that nothing was done is `unavailable`.
    static func failure(_ error: WireError) -> PMSFailure {
        switch error.code {
        case .notFound: .notFound
        case .invalidArgument: .invalid
        case .conflict:
            switch PMSConflict(rawValue: error.message) {
            case .soldOut: .soldOut
            case .quoteExpired: .quoteExpired
            case .holdExpired: .holdExpired
            case .alreadyCancelled: .alreadyCancelled
            case .notChangeable: .notChangeable
            case nil: .invalid
            }
        default: .unavailable
        }
    }
}
