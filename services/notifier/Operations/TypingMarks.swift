import Contracts
import Telemetry

/// Shows a guest that an answer is being written: operation `notify.typing`. It is never worth an error: what does not work is only counted.
struct TypingMarks: Sendable {
    private let graph: GraphClient
    private let web: WebChannel
    private let numbers: HotelNumbers
    private let marks: Counter

    private static let longest = Duration.seconds(3)

    init(graph: GraphClient, web: WebChannel, numbers: HotelNumbers, metrics: Metrics) {
        self.graph = graph
        self.web = web
        self.numbers = numbers
        marks = metrics.counter(
            "typing_marks_total", "Read marks with typing, by whether they were shown.", labels: ["channel", "result"])
    }

    func show(_ request: NotifyTyping.Request, within deadline: Duration) async {
        switch request.channel {
        case Channel.web:
            await web.publishTyping(request.key)
            marks.add(1, Channel.web, "ok")
        case Channel.whatsApp:
            do {
                guard let number = try await numbers.number(of: request.key.hotel), GraphClient.isIdentifier(number)
                else { return marks.add(1, Channel.whatsApp, "no_number") }
                try await graph.markRead(request.messageID, from: number, deadline: min(deadline, Self.longest))
                marks.add(1, Channel.whatsApp, "ok")
            } catch {
                marks.add(1, Channel.whatsApp, "failed")
            }
        default:
            break
        }
    }
}
