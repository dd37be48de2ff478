import Loop
import Postgres
import ServiceKit

/// The settings of pms-adapter.
struct PMSAdapterConfiguration: Sendable {
    var database: PostgresURL?
    var wire: SocketAddress?
    var admin: SocketAddress?
    var backend: PMSType

    init(_ reader: inout ConfigurationReader) {
        database = reader.postgresURL()
        wire = reader.listenAddress("WIRE_LISTEN", default: "0.0.0.0:7003")
        admin = reader.listenAddress("ADMIN_LISTEN", default: "0.0.0.0:9103")
        backend = reader.choice("PMS_TYPE", default: .mock)
    }
}

/// The systems that this version can speak to, by their names in `PMS_TYPE`.
enum PMSType: String, CaseIterable, Sendable {
    /// The little inventory in our own database.
    case mock
}
