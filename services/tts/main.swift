import Contracts
import HTTP
import ServiceKit
import Wire

await ServiceMain.run(ServiceName.tts, TTSConfiguration.init) { service, configuration in
    guard let databaseURL = configuration.database, let wire = configuration.wire, let admin = configuration.admin
    else { return }
    let database = await service.postgres(databaseURL, connections: 4)
    let outbound = Outbound(loop: service.loop, observability: service.observability)
    await service.onStop { await outbound.close() }

    let store = SpeechStore(database: database)
    let speaker = Speaker(loop: service.loop, store: store, observability: service.observability)
    let transcriber = Transcriber(baseURL: configuration.transcriptionURL, store: store, outbound: outbound)
    let isAudioEnabled = configuration.isAudioEnabled
    let server = service.wireServer()
    await server.handle(SpeechSynthesize.self) { request, call in
        guard isAudioEnabled else {
            throw WireError(.unavailable, "audio is switched off (AUDIO_ENABLED)", retryable: false)
        }
        return try await speaker.speak(request, within: call.remaining)
    }
    await server.handle(SpeechTranscribe.self) { request, call in
        try await transcriber.transcribe(request, within: call.remaining)
    }
    try await service.serve(on: admin)
    try await service.listen(server, on: wire)
}
