import Contracts
import Foundation
public import HTTP
import JSON
import Support

/// A visitor of the hotel's web page: talks by the page's API and listens to its stream.
public actor WebVisitor: Talker {
    public nonisolated let token: String
    public nonisolated let conversation: String
    public nonisolated let events: EventStream
    private let system: HotelSystem
    private var seen = 0

    static func arrive(at system: HotelSystem) async throws -> WebVisitor {
        let answer = try await system.send(
            "POST", "/api/chat/session", headers: ["Content-Type": "application/json"],
            body: Array(#"{"hotel":"miramar"}"#.utf8))
        guard answer.status == 201, let session = try? JSONDocument(answer.body).root,
            let token = session["token"]?.string,
            let conversation = session["conversation"]?.string
        else { throw ProcessFailure("no session: \(answer.status)") }
        let events = EventStream(port: system.environment.gatewayPort, token: token, loop: system.loop)
        await events.start()
        return WebVisitor(token: token, conversation: conversation, events: events, system: system)
    }

    private init(token: String, conversation: String, events: EventStream, system: HotelSystem) {
        self.token = token
        self.conversation = conversation
        self.events = events
        self.system = system
    }

    /// What a request of this visitor's carries.
    public nonisolated var headers: HTTPHeaders {
        ["Authorization": "Bearer \(token)", "Content-Type": "application/json"]
    }

    // MARK: Talking

    public func write(_ text: String) async throws { try await send(text: text, button: nil) }

    public func tap(_ choice: GraphContent.Choice) async throws {
        try await send(text: choice.title, button: choice.id)
    }

    private struct Message: Encodable {
        var clientID: String
        var text: String?
        var buttonID: String?

        private enum CodingKeys: String, CodingKey {
            case clientID = "client_id"
            case text
            case buttonID = "button_id"
        }
    }

    /// Sends a message until it is taken, as the page does.
    private func send(text: String?, button: String?) async throws {
        let body = try JSONCoder.encode(
            Message(clientID: UUID().uuidString, text: text, buttonID: button))
        var status: Int?
        let isTaken = await eventually(within: Self.patience) {
            // No answer: the page tries again.
            status = try? await system.send("POST", "/api/chat/messages", headers: headers, body: body).status
            return status.map { (200..<500).contains($0) } ?? false
        }
        guard isTaken, status == 202 else { throw ProcessFailure("the message was not taken: \(status ?? 0)") }
    }

    // MARK: Reading

    public func next(within limit: Duration) async throws -> Reply {
        let place = seen
        guard await eventually(within: limit, { await events.messages.count > place }) else {
            throw ProcessFailure("no reply on the web in time; events so far: \(await events.messages.count)")
        }
        seen += 1
        return try Self.reply(await events.messages[place].data)
    }

    public func unread() async -> Int { await events.messages.count - seen }

    private static func reply(_ data: String) throws -> Reply {
        let root = try JSONDocument(Array(data.utf8)).root
        guard let content = try root["content"]?.decode(OutboundContent.self) else {
            throw ProcessFailure("a reply has no content")
        }
        switch content {
        case .message(let message):
            let cards = message.cards.map {
                GraphContent.Choice(id: $0.id, title: $0.title, description: "\($0.price) · \($0.detail)")
            }
            let buttons = message.buttons.map { GraphContent.Choice(id: $0.id, title: $0.title, description: nil) }
            return Reply(text: message.text, choices: cards + buttons)
        case .voice: return Reply(text: "", voice: root["media"]?.string)
        case .location(_, _, let name, _): return Reply(text: name)
        }
    }
}
