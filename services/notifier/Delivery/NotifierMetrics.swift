import Telemetry

/// What the notifier counts.
struct NotifierMetrics: Sendable {
    private let messages: Counter
    private let resent: Counter
    private let delay: Histogram
    private let deadLetters: Gauge
    private let stoppedNumbers: Gauge

    enum Result: String { case accepted, retry, uncertain, dead, failed }

    init(_ metrics: Metrics) {
        messages = metrics.counter(
            "messages_outbound_total", "Messages to guests, by what became of an attempt.",
            labels: ["channel", "kind", "result"])
        resent = metrics.counter(
            "messages_resent_total", "Messages sent again although an earlier attempt may have arrived.",
            labels: ["channel"])
        delay = metrics.histogram(
            "message_outbound_delay_seconds", "From the turn's commit until the provider took the message.",
            labels: ["channel"], buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600])
        deadLetters = metrics.gauge("dead_letters", "Messages that could not be dealt with and that wait for a person.")
        stoppedNumbers = metrics.gauge(
            "whatsapp_stopped_numbers", "Hotels whose number Meta lets send nothing: a person must look.")
    }

    func count(_ row: OutboundRow, _ result: Result) {
        messages.add(1, row.channel, row.kind, result.rawValue)
    }

    func accepted(_ row: OutboundRow, after waited: Duration) {
        count(row, .accepted)
        delay.observe(waited, row.channel)
    }

    func resent(_ row: OutboundRow) { resent.add(1, row.channel) }

    func failedAfterAcceptance(channel: String) { messages.add(1, channel, "unknown", Result.failed.rawValue) }

    func set(deadLetters count: Int) { deadLetters.set(Double(count)) }

    func set(stoppedNumbers count: Int) { stoppedNumbers.set(Double(count)) }
}
