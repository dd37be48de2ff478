import Contracts

/// A property-management system behind the operations of `Contracts`. Each method answers the operation of its name and keeps that operation's
/// promises: reads change nothing that can be seen, and each mutation is idempotent by its key.
///
/// Requests arrive checked (`RequestChecks`): a backend need not ask again whether a party has an adult.
protocol PMSBackend: Sendable {
    /// What `PMS_TYPE` calls it, also the metrics' label: `mock`, `qloapps`.
    var type: String { get }

    func roomTypes(_ request: PMSRoomTypes.Request, _ call: PMSCall) async throws(PMSError) -> PMSRoomTypes.Response
    func availability(
        _ request: PMSAvailability.Request, _ call: PMSCall
    ) async throws(PMSError) -> PMSAvailability.Response
    func quote(_ request: PMSQuote.Request, _ call: PMSCall) async throws(PMSError) -> Quote
    func hold(_ request: PMSHold.Request, _ call: PMSCall) async throws(PMSError) -> Booking
    func release(_ request: PMSRelease.Request, _ call: PMSCall) async throws(PMSError)
    func book(_ request: PMSBook.Request, _ call: PMSCall) async throws(PMSError) -> Booking
    func booking(_ request: PMSBooking.Request, _ call: PMSCall) async throws(PMSError) -> Booking
    func change(_ request: PMSChange.Request, _ call: PMSCall) async throws(PMSError) -> Booking
    func cancel(_ request: PMSCancel.Request, _ call: PMSCall) async throws(PMSError) -> Booking
    /// Returns when the PMS answers.
    func checkStatus(_ call: PMSCall) async throws(PMSError)
}

/// What a backend needs to know of a request beside its body.
struct PMSCall: Sendable {
    /// When the request began: seconds since 1970, UTC. Quotes and holds run out by it.
    var now: Int
    /// What is left of the request's deadline.
    var deadline: Duration
}
