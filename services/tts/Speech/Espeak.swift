import CSpeech
import Contracts
import Loop

/// What espeak-ng refused.
struct EspeakError: Error, CustomStringConvertible {
    var problem: String
    var description: String { "espeak-ng: \(problem)" }
}

/// 16-bit mono samples.
struct Samples: Sendable {
    var values: [Int16]
    /// A second.
    var rate: Int

    var duration: Duration { .milliseconds(values.count * 1_000 / max(1, rate)) }

    /// Little-endian, as `opusenc --raw` reads it.
    var bytes: [UInt8] {
        values.withUnsafeBytes { Array($0) }
    }
}

/// espeak-ng, which keeps its state in globals and blocks while it speaks: one of it, on a thread of its own. It is initialised by the first
/// text, so that a service that never speaks never pays for it.
actor Espeak {
    private let executor = BlockingExecutor(name: "espeak")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private var rate: Int?

    /// Ten minutes: the voice's own text limit keeps far below.
    private static let sampleLimit = 600 * 22_050
    private static let wordsPerMinute: Int32 = 160

    static let shared = Espeak()

    private init() {}

    /// Speaks a text.
    func speak(_ text: String, _ language: Language) throws -> Samples {
        let rate = try initialised()
        guard espeak_SetVoiceByName(Self.voice(language)) == EE_OK else {
            throw EspeakError(problem: "the voice \(Self.voice(language)) is not installed")
        }
        espeak_SetParameter(espeakRATE, Self.wordsPerMinute, 0)
        let recording = Recording(limit: Self.sampleLimit)
        // A NUL would end the text before its end.
        let bytes = text.utf8.filter { $0 != 0 } + [0]
        let result = bytes.withUnsafeBytes { bytes in
            espeak_Synth(
                bytes.baseAddress, bytes.count, 0, POS_CHARACTER, 0, UInt32(espeakCHARS_UTF8), nil,
                Unmanaged.passUnretained(recording).toOpaque())
        }
        guard result == EE_OK else { throw EspeakError(problem: "the text was not spoken (\(result.rawValue))") }
        return Samples(values: recording.samples, rate: rate)
    }

    /// Voices are found by the names of their files: `en` is the British one.
    private static func voice(_ language: Language) -> String {
        switch language {
        case .spanish: "es"
        case .english: "en"
        case .portuguese: "pt-br"
        }
    }

    private func initialised() throws -> Int {
        if let rate { return rate }
        // Synchronous: the samples come to the callback before espeak_Synth returns, and no sound device is opened.
        let rate = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, nil, Int32(espeakINITIALIZE_DONT_EXIT))
        guard rate > 0 else { throw EspeakError(problem: "its data is not installed (espeak-ng-data)") }
        espeak_SetSynthCallback { samples, count, events in
            guard let context = events?.pointee.user_data, let samples, count > 0 else { return 0 }
            let recording = Unmanaged<Recording>.fromOpaque(context).takeUnretainedValue()
            return recording.take(UnsafeBufferPointer(start: samples, count: Int(count))) ? 0 : 1
        }
        self.rate = Int(rate)
        return Int(rate)
    }
}

/// What has been spoken of one text; espeak's callback fills it while `espeak_Synth` runs.
private final class Recording {
    private(set) var samples: [Int16] = []
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// False when it is enough.
    func take(_ part: UnsafeBufferPointer<Int16>) -> Bool {
        samples.append(contentsOf: part.prefix(limit - samples.count))
        return samples.count < limit
    }
}
