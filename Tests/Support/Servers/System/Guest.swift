import Crypto
import Support

/// A guest on WhatsApp: writes by webhooks that are sent again until they are taken, and reads what Meta's stand-in got for them.
public actor Guest: Talker {
    public nonisolated let phone: String
    public nonisolated let name: String
    private let system: HotelSystem
    private let prefix = hex(randomBytes(8))
    private var count = 0
    private var seen = 0

    init(phone: String, name: String, system: HotelSystem) {
        self.phone = phone
        self.name = name
        self.system = system
    }

    // MARK: Talking

    public func write(_ text: String) async throws { try await send(.text(text)) }

    public func tap(_ choice: GraphContent.Choice) async throws {
        try await send(.tappedRow(id: choice.id, title: choice.title))
    }

    /// A voice note with these bytes of Ogg/Opus.
    public func speak(_ bytes: [UInt8]) async throws {
        let id = await system.graph.receive(GraphMedia(type: "audio/ogg; codecs=opus", bytes: bytes))
        try await send(.voice(mediaID: id))
    }

    /// Sends a message until it is taken.
    public func send(_ said: GraphWebhook.Said) async throws {
        try await system.deliver(webhook(said))
    }

    /// The webhook of this guest's next message, for who wants to send it by hand.
    public func webhook(_ said: GraphWebhook.Said) -> GraphWebhook {
        count += 1
        return webhook(said, number: count)
    }

    /// A message by its number, from 1: the same once more.
    public func webhook(_ said: GraphWebhook.Said, number: Int) -> GraphWebhook {
        GraphWebhook.message(
            said, id: messageID(number), from: .init(phone: phone, name: name),
            to: system.environment.phoneNumberID, at: WallClockSeconds.now, secret: system.environment.appSecret)
    }

    /// Meta's id of this guest's message by its number, from 1.
    public nonisolated func messageID(_ number: Int) -> String { "wamid.\(prefix).\(number)" }

    // MARK: Reading

    public func next(within limit: Duration) async throws -> Reply {
        let place = seen
        let system = system
        guard await eventually(within: limit, { await system.graph.count(to: phone) > place }) else {
            throw ProcessFailure("no reply to \(name) in time")
        }
        seen += 1
        return Self.reply(await system.graph.sent(to: phone)[place])
    }

    public func unread() async -> Int { await system.graph.count(to: phone) - seen }

    /// All that this guest got, read or not.
    public func all() async -> [Reply] { await system.graph.sent(to: phone).map(Self.reply) }

    private static func reply(_ sent: GraphStandIn.Sent) -> Reply {
        Reply(
            text: sent.content.isVoice ? "" : sent.content.text, choices: sent.content.choices,
            voice: sent.content.isVoice ? sent.content.mediaID : nil, sent: sent)
    }
}
