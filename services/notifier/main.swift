import Contracts
import HTTP
import ServiceKit

if CommandLine.arguments.dropFirst().first == "dead-letters" {
    await DeadLetters.run(Array(CommandLine.arguments.dropFirst(2)))
}

await ServiceMain.run(ServiceName.notifier, NotifierConfiguration.init) { service, configuration in
    guard let databaseURL = configuration.database, let redisURL = configuration.redis, let wire = configuration.wire,
        let admin = configuration.admin
    else { return }
    let loop = service.loop
    var timing = NotifierTiming()
    timing.receiptWait = configuration.receiptWait
    let policy = FailurePolicy(receiptWait: configuration.receiptWait)
    let logger = service.observability.logger
    let metrics = NotifierMetrics(service.observability.metrics)

    let database = await service.postgres(databaseURL, connections: 8)
    let redis = await service.redis(redisURL)
    let tts = await service.peer(ServiceName.tts, at: configuration.tts, check: "tts")
    let outbound = Outbound(
        loop: loop, observability: service.observability, maximumConnections: Notifier.inFlightLimit)
    await service.onStop { await outbound.close() }

    let graph = GraphClient(outbound: outbound, settings: configuration.graph)
    let web = WebChannel(redis: redis)
    let media = MediaStore(database: database)
    let store = OutboundStore(database: database, process: service.instance, timing: timing)
    let receipts = ReceiptStore(database: database, timing: timing)
    let delivery = Delivery(
        loop: loop, store: store, receipts: receipts,
        whatsApp: WhatsAppChannel(
            graph: graph, voice: VoiceNotes(tts: tts, media: media, timing: timing), timing: timing),
        web: web, pace: Pace.Limits(numberPerSecond: Double(configuration.messagesPerSecond)), policy: policy,
        metrics: metrics, observability: service.observability)
    let notifier = Notifier(
        loop: loop, store: store,
        receipts: Receipts(store: receipts, policy: policy, metrics: metrics, logger: logger), delivery: delivery,
        metrics: metrics, logger: logger)
    await notifier.start()
    let drainTime = service.common.drainTime
    await service.onStop { await notifier.stop(within: drainTime) }

    let numbers = HotelNumbers(loop: loop, database: database, standard: configuration.graph.defaultNumber)
    let server = service.wireServer()
    await server.handle(NotifyWake.self) { request, _ in
        await notifier.wake(request.conversations)
        return Nothing()
    }
    let typing = TypingMarks(graph: graph, web: web, numbers: numbers, metrics: service.observability.metrics)
    await server.handle(NotifyTyping.self) { request, call in
        await typing.show(request, within: call.remaining)
        return Nothing()
    }
    let fetch = MediaFetch(graph: graph, media: media)
    await server.handle(NotifyFetchMedia.self) { request, call in try await fetch.fetch(request, within: call.remaining)
    }
    try await service.serve(on: admin)
    try await service.listen(server, on: wire)
}
