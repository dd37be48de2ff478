import Contracts
import Loop
import Postgres
import ServiceKit

/// `gateway migrate`: brings the database to this version's schema. Safe to run again, and by several at once.
enum Migrate {
    static func run() async -> Never {
        let url = ServiceMain.configuration("gateway migrate") { $0.postgresURL() }
        do {
            guard let url else { return ServiceMain.fail("gateway migrate", "no database", 78) }
            let loop = try EventLoop(name: "migrate")
            try await Migrator.migrate(url, Schema.migrations, loop: loop)
            ServiceMain.done()
        } catch {
            ServiceMain.fail("gateway migrate", "\(error)", 1)
        }
    }
}
