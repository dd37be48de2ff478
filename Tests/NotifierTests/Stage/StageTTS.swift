import Contracts
import Loop
import Postgres
import Synchronization
import Telemetry
import Wire

/// tts on the wire, as the notifier knows it: it keeps a short note of Ogg/Opus under the key.
struct StageTTS: Sendable {
    let server: WireServer
    let client: WireClient

    private static let secret = Array("a secret of at least thirty-two bytes".utf8)

    private static let keep = Statement(
        "test_keep_note",
        """
        INSERT INTO media (hotel_id, key, mime_type, bytes) VALUES ($1, $2, 'audio/ogg; codecs=opus', $3)
        ON CONFLICT (hotel_id, key) DO UPDATE SET key = EXCLUDED.key RETURNING id
        """)

    static func start(loop: EventLoop, pool: PostgresPool) async throws -> StageTTS {
        let observability = Observability.quiet(service: ServiceName.tts)
        let server = WireServer(
            loop: loop, service: ServiceName.tts, instance: "tts-1", secret: secret, observability: observability)
        let stumbled = Atomic(false)
        await server.handle(SpeechSynthesize.self) { request, _ in
            if request.text == "unspeakable" {
                throw WireError(.unavailable, "audio is switched off", retryable: false)
            }
            if request.text == "stumbles", stumbled.exchange(true, ordering: .relaxed) == false {
                throw WireError(.internal, "its database was away")
            }
            let rows = try await pool.query(
                keep, [.int(request.hotel), .text(request.key), .bytes(note)])
            return SpeechSynthesize.Response(media: try rows[0].int("id"), durationMilliseconds: 1_000)
        }
        let address = try await server.listen(on: .ipv4([127, 0, 0, 1], port: 0))
        let client = WireClient(
            loop: loop, peer: ServiceName.tts, host: "127.0.0.1", port: address.port ?? 0,
            service: ServiceName.notifier, instance: "notifier-1", secret: secret, resolver: Resolver(),
            observability: observability)
        await client.start()
        return StageTTS(server: server, client: client)
    }

    func stop() async {
        await client.stop()
        await server.close()
    }

    /// The first page of an Ogg stream with Opus' head.
    static let note: [UInt8] =
        Array("OggS".utf8) + [UInt8](repeating: 0, count: 24) + Array("OpusHead".utf8)
        + [UInt8](repeating: 1, count: 40)
}
