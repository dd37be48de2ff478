import Contracts
import ServiceKit
import Wire

await ServiceMain.run(ServiceName.orchestrator, OrchestratorConfiguration.init) { service, configuration in
    guard let databaseURL = configuration.database, let wire = configuration.wire, let admin = configuration.admin
    else {
        return
    }
    let database = await service.postgres(databaseURL, connections: 8)
    let adapter = await service.peer(ServiceName.pmsAdapter, at: configuration.pmsAdapter, check: "pms")
    let notifier = await service.peer(ServiceName.notifier, at: configuration.notifier, check: "notifier")
    let tts = await service.peer(ServiceName.tts, at: configuration.tts, check: nil)

    let services = TurnServices(
        store: ConversationStore(database: database, owner: service.instance),
        directory: HotelDirectory(database: database, loop: service.loop),
        understanding: try TrainedUnderstanding.embedded(), dialogue: Dialogue(templates: try Templates.embedded()),
        pms: WirePMS(adapter: adapter), notifier: NotifierPort(notifier: notifier, loop: service.loop),
        voiceNotes: VoiceNotes(notifier: notifier, tts: tts), observability: service.observability,
        metrics: TurnMetrics(service.observability.metrics))
    let conversations = Conversations(services: services, loop: service.loop)
    await conversations.start()
    let drainTime = service.common.drainTime
    await service.onStop { await conversations.stop(within: drainTime) }

    let server = service.wireServer()
    await server.handle(TurnProcess.self) { key, _ in
        await conversations.nudge(key)
        return Nothing()
    }
    try await service.listen(server, on: wire)
    try await service.serve(on: admin)
}
