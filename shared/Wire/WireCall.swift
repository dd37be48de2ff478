/// What a handler knows of the request it answers, beside its body. The trace's context is in the task-local of `Telemetry`.
public struct WireCall: Sendable {
    /// The service that asks, as it proved in the handshake.
    public let caller: String
    /// The process of it.
    public let callerInstance: String
    let began: MonotonicTime
    let deadline: MonotonicTime

    /// What is left of the deadline now; negative when it has passed. Pass it on to what is called for this request.
    public var remaining: Duration { deadline - .now() }
}
