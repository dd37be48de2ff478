/// What the stand-in is told, and what it tells.
extension GraphStandIn {
    public struct Settings: Sendable {
        public var token = "graph-token"
        public var appSecret = "graph-app-secret"
        /// The numbers that may send.
        public var phoneNumberIDs: Set<String> = ["111000111000111"]
        /// Receipts that it makes by itself for each message it takes, in this order.
        public var statuses: [String] = []

        public init() {}
    }

    /// A message that it took.
    public struct Sent: Sendable {
        /// Meta's id for it.
        public var id: String
        public var phoneNumberID: String
        public var content: GraphContent
        public var body: [UInt8]
        /// Header traceparent.
        public var traceparent: String?
        public var at: ContinuousClock.Instant
    }

    /// How it treats a message badly.
    public enum Fault: Sendable {
        /// Refuses it with an error code of the Graph API.
        case error(Int, status: Int = 400, retryAfter: Int? = nil)
        /// Answers as a broken proxy does, without taking the message.
        case serverError(Int = 503)
        /// Takes the message; the answer breaks off.
        case loseAnswer
        /// Takes the message; a 5xx comes back all the same.
        case takeButFail(Int = 500)
        /// Takes the message, and answers after this time.
        case delay(Duration)
        /// Takes the message, and answers when `release` is called.
        case hold
        /// Does nothing with the message, and never answers.
        case hang
    }
}
