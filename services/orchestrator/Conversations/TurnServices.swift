import Contracts
import Glibc
import Telemetry

/// What every turn uses.
struct TurnServices: Sendable {
    let store: ConversationStore
    let directory: HotelDirectory
    let understanding: any Understanding
    let dialogue: Dialogue
    let pms: any PMSPort
    let notifier: NotifierPort
    let voiceNotes: VoiceNotes
    let observability: Observability
    let metrics: TurnMetrics

    /// Unix microseconds.
    func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }
}

struct TurnMetrics: Sendable {
    /// From the claim to the commit.
    let duration: Histogram
    /// Probability of the best intent.
    let confidence: Histogram
    let failures: Counter
    let deadLetters: Counter

    init(_ metrics: Metrics) {
        duration = metrics.histogram(
            "turn_duration_seconds",
            "How long turns took, from the claim to the commit; waiting for a guest's quiet is not counted.",
            buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60])
        confidence = metrics.histogram(
            "understanding_confidence", "Probability of the best intent of each message.",
            buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99])
        failures = metrics.counter("turn_failures_total", "Turns that were given back to be tried again.")
        deadLetters = metrics.counter("turns_given_up_total", "Turns whose messages went to dead_letters.")
    }
}
