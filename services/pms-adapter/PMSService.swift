import Contracts
import Telemetry
import Wire

/// The operations of this service over whichever backend is configured: checks a request, asks, counts.
struct PMSService: Sendable {
    let backend: any PMSBackend
    private let requests: Counter
    /// Seconds since 1970, UTC.
    private let now: @Sendable () -> Int

    init(backend: any PMSBackend, metrics: Metrics, now: @escaping @Sendable () -> Int) {
        self.backend = backend
        self.now = now
        requests = metrics.counter(
            "pms_requests_total", "Operations asked of the PMS, by what came of them.",
            labels: ["op", "backend", "result"])
    }

    /// Before the server listens.
    func register(on server: WireServer) async {
        await server.handle(PMSRoomTypes.self) { try await roomTypes($0, $1.remaining) }
        await server.handle(PMSAvailability.self) { try await availability($0, $1.remaining) }
        await server.handle(PMSQuote.self) { try await quote($0, $1.remaining) }
        await server.handle(PMSHold.self) { try await hold($0, $1.remaining) }
        await server.handle(PMSRelease.self) { try await release($0, $1.remaining) }
        await server.handle(PMSBook.self) { try await book($0, $1.remaining) }
        await server.handle(PMSBooking.self) { try await booking($0, $1.remaining) }
        await server.handle(PMSChange.self) { try await change($0, $1.remaining) }
        await server.handle(PMSCancel.self) { try await cancel($0, $1.remaining) }
        await server.handle(PMSStatus.self) { _, call in await status(call.remaining) }
    }

    func roomTypes(_ request: PMSRoomTypes.Request, _ deadline: Duration) async throws -> PMSRoomTypes.Response {
        try await answer(PMSRoomTypes.self, deadline) { call throws(PMSError) in
            try await backend.roomTypes(request, call)
        }
    }

    func availability(
        _ request: PMSAvailability.Request, _ deadline: Duration
    ) async throws -> PMSAvailability.Response {
        try await answer(PMSAvailability.self, deadline) { call throws(PMSError) in
            try RequestChecks.check(request.stay, request.party)
            if let hold = request.ignoringHold { try RequestChecks.checkIdentifier(hold, "ignoringHold") }
            return try await backend.availability(request, call)
        }
    }

    func quote(_ request: PMSQuote.Request, _ deadline: Duration) async throws -> Quote {
        try await answer(PMSQuote.self, deadline) { call throws(PMSError) in
            try RequestChecks.check(request.stay, request.party)
            try RequestChecks.checkIdentifier(request.roomType, "roomType")
            return try await backend.quote(request, call)
        }
    }

    func hold(_ request: PMSHold.Request, _ deadline: Duration) async throws -> Booking {
        try await answer(PMSHold.self, deadline) { call throws(PMSError) in
            try RequestChecks.checkKey(request.key)
            try RequestChecks.checkIdentifier(request.quote, "quote")
            return try await backend.hold(request, call)
        }
    }

    func release(_ request: PMSRelease.Request, _ deadline: Duration) async throws -> Nothing {
        try await answer(PMSRelease.self, deadline) { call throws(PMSError) in
            try RequestChecks.checkKey(request.key)
            try RequestChecks.checkIdentifier(request.hold, "hold")
            try await backend.release(request, call)
            return Nothing()
        }
    }

    func book(_ request: PMSBook.Request, _ deadline: Duration) async throws -> Booking {
        try await answer(PMSBook.self, deadline) { call throws(PMSError) in
            try RequestChecks.checkKey(request.key)
            try RequestChecks.checkIdentifier(request.hold, "hold")
            try RequestChecks.checkIdentifier(request.conversation, "conversation")
            try RequestChecks.checkGuest(request)
            return try await backend.book(request, call)
        }
    }

    func booking(_ request: PMSBooking.Request, _ deadline: Duration) async throws -> Booking {
        try await answer(PMSBooking.self, deadline) { call throws(PMSError) in
            // Whatever a guest wrote as a code, every failed look-up reads alike.
            guard RequestChecks.canBeIdentifier(request.code) else { throw .notFound }
            try RequestChecks.checkIdentifier(request.conversation, "conversation")
            if let phone = request.phone { try RequestChecks.checkIdentifier(phone, "phone") }
            return try await backend.booking(request, call)
        }
    }

    func change(_ request: PMSChange.Request, _ deadline: Duration) async throws -> Booking {
        try await answer(PMSChange.self, deadline) { call throws(PMSError) in
            try RequestChecks.checkKey(request.key)
            try RequestChecks.checkIdentifier(request.code, "code")
            try RequestChecks.checkIdentifier(request.roomType, "roomType")
            try RequestChecks.checkIdentifier(request.agreedTotal.currency, "agreedTotal.currency")
            try RequestChecks.check(request.stay, request.party)
            return try await backend.change(request, call)
        }
    }

    func cancel(_ request: PMSCancel.Request, _ deadline: Duration) async throws -> Booking {
        try await answer(PMSCancel.self, deadline) { call throws(PMSError) in
            try RequestChecks.checkKey(request.key)
            try RequestChecks.checkIdentifier(request.code, "code")
            return try await backend.cancel(request, call)
        }
    }

    /// Always an answer: what is wrong with the PMS is its content.
    func status(_ deadline: Duration) async -> PMSStatus.Response {
        do throws(PMSError) {
            try await backend.checkStatus(PMSCall(now: now(), deadline: deadline))
            return PMSStatus.Response(status: "ok", type: backend.type)
        } catch {
            return PMSStatus.Response(status: error.result, type: backend.type)
        }
    }

    private func answer<Op: Operation>(
        _ operation: Op.Type, _ deadline: Duration, _ work: (PMSCall) async throws(PMSError) -> Op.Response
    ) async throws -> Op.Response {
        do throws(PMSError) {
            let response = try await work(PMSCall(now: now(), deadline: deadline))
            requests.add(1, Op.name, backend.type, "ok")
            return response
        } catch {
            requests.add(1, Op.name, backend.type, error.result)
            throw error.sent
        }
    }
}
