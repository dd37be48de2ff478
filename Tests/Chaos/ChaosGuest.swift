import Glibc
import Loop
import Servers
import Support

/// A guest in a run: sends webhooks until they are taken, as Meta does, and goes on when the reply has reached Meta.
actor ChaosGuest {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    nonisolated let phone: String
    private let system: HotelSystem
    private var generator: SeededGenerator
    private(set) var script: GuestScript
    /// Ids of the messages that the hotel has taken, in the order in which they were written.
    private(set) var written: [String] = []
    /// Webhooks that were sent more than once.
    private(set) var resends = 0
    /// What went wrong; nil when the guest got what they came for, or a truthful no.
    private(set) var complaint: String?
    /// Rows of the hotel's whose message was read: a repeat is no new reply.
    private var known: Set<String> = []
    /// How many of Meta's messages to this guest were looked at.
    private var seen = 0

    private static let patience = Duration.seconds(75)
    private static let look = Duration.milliseconds(40)

    init(number: Int, script: GuestScript, seed: UInt64, system: HotelSystem) {
        loop = system.loop
        phone = String(34_600_000_000 + number)
        self.script = script
        self.system = system
        generator = SeededGenerator(seed: seed &+ UInt64(number) &* 1_000_003)
    }

    /// From arrival to leaving.
    func stay(arriving time: Duration) async {
        do {
            try await loop.sleep(for: time)
            var move = script.begin()
            while case .say(let messages) = move {
                for message in messages { try await write(message) }
                let reply = try await nextReply()
                // People think, and bursts bring more than one reply.
                try await loop.sleep(for: .milliseconds(Int.random(in: 50...900, using: &generator)))
                if messages.count > 1 { _ = newReplies(await system.graph.sent(to: phone)) }
                move = try script.move(after: reply)
            }
        } catch {
            complaint = "\(error)"
        }
    }

    private func write(_ said: GraphWebhook.Said) async throws {
        let id = "wamid.chaos.\(phone).\(written.count + 1)"
        let webhook = GraphWebhook.message(
            said, id: id, from: .init(phone: phone, name: script.name), to: system.environment.phoneNumberID,
            at: time(nil), secret: system.environment.appSecret)
        let end = ContinuousClock.now + Self.patience
        var backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(1))
        while await system.post(webhook) != 200 {
            guard .now < end else { throw ProcessFailure("message \(id) was not taken in time") }
            resends += 1
            try await loop.sleep(for: backoff.next(using: &generator))
        }
        written.append(id)
        // Meta repeats itself now and then although it was answered.
        if Int.random(in: 0..<10, using: &generator) == 0 {
            resends += 1
            _ = await system.post(webhook)
        }
    }

    private func nextReply() async throws -> GraphContent {
        let end = ContinuousClock.now + Self.patience
        while ContinuousClock.now < end {
            if await system.graph.count(to: phone) > seen,
                let reply = newReplies(await system.graph.sent(to: phone)).first
            {
                return reply
            }
            try await loop.sleep(for: Self.look)
        }
        throw ProcessFailure("no reply in time to message \(written.last ?? "none")")
    }

    /// What can be read and was not read yet.
    private func newReplies(_ sent: [GraphStandIn.Sent]) -> [GraphContent] {
        var replies: [GraphContent] = []
        for message in sent.dropFirst(seen) where known.insert(message.content.callbackData ?? message.id).inserted {
            replies.append(message.content)
        }
        seen = sent.count
        return replies
    }
}
