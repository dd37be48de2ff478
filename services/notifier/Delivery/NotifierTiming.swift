/// How long the notifier's steps may take, and how often it looks.
struct NotifierTiming: Sendable {
    /// A claim's lease: longer than any single step between two commits.
    var lease = Duration.seconds(15)
    /// One call of the Graph API.
    var send = Duration.seconds(10)
    /// One voice note made by tts.
    var speech = Duration.seconds(10)
    /// How long the next message of a guest waits for the `sent` of the one before it.
    var sentWait = Duration.seconds(3)
    /// How long a status with our id is awaited after a process died while it sent.
    var receiptWait = Duration.seconds(30)
    /// How often it looks by itself.
    var sweep = Duration.milliseconds(500)
    /// One statement.
    var statement = Duration.seconds(5)
}
