import Contracts
import HTTP

/// A visitor's stream: every reply after the last one they have, in order, and what is happening meanwhile.
struct ChatStream: Sendable {
    let key: ConversationKey
    let store: ChatStore

    func run(_ writer: EventWriter, after last: Int, nudges: AsyncStream<ChatNudges.Nudge>) async throws {
        var last = last
        try await sendReplies(writer, after: &last)
        for await nudge in nudges {
            switch nudge {
            case .message: try await sendReplies(writer, after: &last)
            case .typing: try await writer.send(ServerSentEvent(event: "typing", data: "{}"))
            case .taken(let clientID):
                try await writer.send(ServerSentEvent(event: "taken", data: #"{"client_id":"\#(clientID)"}"#))
            }
        }
    }

    private func sendReplies(_ writer: EventWriter, after last: inout Int) async throws {
        while true {
            // A database that is away for a moment ends no stream: the next look finds what waits.
            guard let replies = try? await store.replies(key, after: last), !replies.isEmpty else { return }
            for reply in replies {
                let data = String(decoding: reply.json, as: UTF8.self)
                try await writer.send(ServerSentEvent(id: String(reply.id), event: "message", data: data))
                last = reply.id
            }
            let fresh = replies.filter { $0.status == "accepted" || $0.status == "sent" }.map(\.id)
            // Told again at the next reply's row otherwise: the ticks are worth no failure.
            if !fresh.isEmpty { try? await store.markDelivered(fresh, key) }
            if replies.count < ChatStore.rowsALook { return }
        }
    }
}
