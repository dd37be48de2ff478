import Contracts
import Glibc
import Loop
import Postgres
import ServiceKit

/// `gateway migrate`: brings the database to this version's schema. Safe to run again, and by several at once.
enum Migrate {
    static func run() async -> Never {
        let url = ServiceMain.configuration("gateway migrate") { $0.postgresURL() }
        do {
            guard let url else { exit(ServiceMain.configurationFault) }
            let loop = try EventLoop(name: "migrate")
            try await Migrator.migrate(url, Schema.migrations, loop: loop)
            exit(0)
        } catch {
            ServiceMain.fail("gateway migrate", "\(error)", 1)
        }
    }
}
