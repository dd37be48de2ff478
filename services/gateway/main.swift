import Contracts
import HTTP
import Loop
import Postgres
import ServiceKit

if CommandLine.arguments.dropFirst().first == "migrate" {
    await Migrate.run()
}

await ServiceMain.run(ServiceName.gateway, GatewayConfiguration.init) { service, configuration in
    guard let databaseURL = configuration.database, let redisURL = configuration.redis, let http = configuration.http
    else { return }
    let loop = service.loop
    let database = await service.postgres(databaseURL, connections: 8)
    let redis = await service.redis(redisURL)
    let orchestrator = await service.peer(
        ServiceName.orchestrator, at: configuration.orchestrator, check: "orchestrator")
    let adapter = await service.peer(ServiceName.pmsAdapter, at: configuration.pmsAdapter, check: nil)
    let notifier = await service.peer(ServiceName.notifier, at: configuration.notifier, check: nil)
    let pms = PMSStatusRoute(adapter: adapter)
    await service.health.add("pms", isEssential: false) { await pms.isOK() }

    let ids = ConversationID(secretKey: configuration.secretKey)
    let limiter = RateLimiter(redis: redis, limits: configuration.limits)
    let store = InboundStore(database: database)
    let hotels = Hotels(database: database, standardNumber: configuration.phoneNumberID, loop: loop)
    let nudges = Nudges(orchestrator: orchestrator, notifier: notifier, loop: loop)
    let intake = Intake(
        store: store, limiter: limiter, nudges: nudges, ids: ids, observability: service.observability, loop: loop)

    var router = HTTPRouter()
    WhatsAppWebhook(
        appSecret: configuration.appSecret, verifyToken: configuration.verifyToken, hotels: hotels, intake: intake,
        store: store, nudges: nudges, observability: service.observability
    ).add(to: &router)
    ChatRoutes(
        secretKey: configuration.secretKey, ids: ids, hotels: hotels, intake: intake,
        store: ChatStore(database: database), nudges: ChatNudges(redis: redis, loop: loop), limiter: limiter,
        clients: ClientAddress(trustsProxy: configuration.trustsProxy)
    ).add(to: &router)
    ChatPage.add(to: &router)
    pms.add(to: &router)
    try await service.serve(router, on: http)
}
