import Loop

/// What kept samples from becoming a voice note.
struct EncodingError: Error, CustomStringConvertible {
    var problem: String
    var description: String { "opusenc: \(problem)" }
}

/// Samples to Ogg/Opus (RFC 7845) by the program `opusenc`.
struct OpusEncoder: Sendable {
    let loop: EventLoop

    /// WhatsApp shows a voice note's play button up to here.
    static let limit = 512 << 10
    /// Enough for speech, and the least at which it is still easy to follow; bits a second.
    static let bitrates = 8_000...24_000

    /// The bitrate at which a note of this length stays below the limit, with room for what a variable rate takes more.
    static func bitrate(for duration: Duration) -> Int {
        let seconds = max(duration / .seconds(1), 0.1)
        let most = Int(Double(limit * 8) * 0.85 / seconds)
        return min(max(most, bitrates.lowerBound), bitrates.upperBound)
    }

    /// Call it from an actor that is pinned to `loop`. The result may be above `limit`: then the text was too long.
    func encode(
        _ samples: Samples, deadline: Duration, isolation: isolated (any Actor)? = #isolation
    ) async throws -> [UInt8] {
        let output = try await ChildProcess.run(
            "opusenc",
            [
                // Half of the greatest effort takes half the time, and speech sounds the same.
                "--quiet", "--comp", "5", "--speech", "--bitrate",
                String(Double(Self.bitrate(for: samples.duration)) / 1_000), "--raw", "--raw-bits", "16", "--raw-rate",
                String(samples.rate), "--raw-chan", "1", "-", "-",
            ], input: samples.bytes, outputLimit: 4 * Self.limit, deadline: deadline, on: loop)
        guard output.status == 0 else { throw EncodingError(problem: "ended with status \(output.status)") }
        guard output.standardOutput.starts(with: Array("OggS".utf8)) else {
            throw EncodingError(problem: "wrote no Ogg")
        }
        return output.standardOutput
    }
}
