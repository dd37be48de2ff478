import Contracts
import Glibc
import Loop
import Postgres
import ServiceKit
import Telemetry

/// `pms-adapter seed`: stores the example hotel in a database that has been migrated. Safe to run again; run it at least once a year, because
/// prices are stored for that long ahead.
enum Seed {
    private static let name = "pms-adapter seed"

    static func run() async -> Never {
        let settings = ServiceMain.configuration(name) { ($0.postgresURL(), $0.text("WHATSAPP_PHONE_NUMBER_ID")) }
        guard let url = settings.0 else { exit(ServiceMain.configurationFault) }
        do {
            let pool = PostgresPool(
                loop: try EventLoop(name: "seed"), url: url, size: 1, applicationName: name)
            await pool.start()
            let today = LocalDate(daysSinceEpoch: time(nil) / 86_400)
            let rows = try ExampleHotel.embedded().rows(today: today, whatsAppPhoneNumberID: settings.1)
            let id = try await ExampleHotelStore(pool: pool).store(rows)
            await pool.stop()
            print("hotel \(id): \(rows.name)")
            exit(0)
        } catch {
            ServiceMain.fail(name, "\(error)", 1)
        }
    }
}
