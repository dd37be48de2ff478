import Contracts
import Loop
import Wire

/// Tells the notifier that replies wait. Nudges of the same moment go in one call; a lost one costs half a second, because the notifier looks by itself.
actor NotifierPort {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let notifier: WireClient
    private var waiting: Set<ConversationKey> = []
    private var isWaking = false
    private var typingInFlight = 0

    private static let wakeDeadline = Duration.seconds(1)
    private static let keysACall = 256
    private static let typingAtOnce = 64

    init(notifier: WireClient, loop: EventLoop) {
        self.notifier = notifier
        self.loop = loop
    }

    /// Returns at once.
    func wake(_ key: ConversationKey) {
        waiting.insert(key)
        guard !isWaking else { return }
        isWaking = true
        Task.immediate { await wakeAll() }
    }

    private func wakeAll() async {
        while !waiting.isEmpty {
            let keys = Array(waiting.prefix(Self.keysACall))
            waiting.subtract(keys)
            do {
                _ = try await notifier.call(NotifyWake.self, .init(conversations: keys), deadline: Self.wakeDeadline)
            } catch {
                // The notifier finds the rows by itself; what waits meanwhile would only be late.
                waiting.removeAll()
            }
        }
        isWaking = false
    }

    /// Shows the guest that their message is being read. Returns at once; beyond a bound it is dropped.
    func typing(_ key: ConversationKey, channel: String, messageID: String) {
        guard typingInFlight < Self.typingAtOnce else { return }
        typingInFlight += 1
        Task.immediate {
            let request = NotifyTyping.Request(key: key, channel: channel, messageID: messageID)
            // Never worth failing a turn for.
            _ = try? await notifier.call(NotifyTyping.self, request, deadline: Self.wakeDeadline)
            typingInFlight -= 1
        }
    }
}
