import Contracts
import Glibc
import ServiceKit

if CommandLine.arguments.dropFirst().first == "seed" {
    await Seed.run()
}

await ServiceMain.run(ServiceName.pmsAdapter, PMSAdapterConfiguration.init) { service, configuration in
    guard let databaseURL = configuration.database, let wire = configuration.wire, let admin = configuration.admin
    else { return }
    let database = await service.postgres(databaseURL, connections: 8)
    let backend: any PMSBackend
    switch configuration.backend {
    case .mock:
        backend = MockPMS(pool: database)
        let upkeep = MockUpkeep(pool: database, loop: service.loop, logger: service.observability.logger)
        await upkeep.start()
        await service.onStop { await upkeep.stop() }
    }
    let pms = PMSService(backend: backend, metrics: service.observability.metrics, now: { time(nil) })
    let server = service.wireServer()
    await pms.register(on: server)
    try await service.serve(on: admin)
    try await service.listen(server, on: wire)
}
