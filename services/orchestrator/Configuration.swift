import Loop
import Postgres
import ServiceKit

/// The orchestrator's settings.
struct OrchestratorConfiguration: Sendable {
    var database: PostgresURL?
    var wire: SocketAddress?
    var admin: SocketAddress?
    var pmsAdapter: [Endpoint]
    var tts: [Endpoint]
    var notifier: [Endpoint]

    init(_ reader: inout ConfigurationReader) {
        database = reader.postgresURL()
        wire = reader.listenAddress("WIRE_LISTEN", default: "0.0.0.0:7002")
        admin = reader.listenAddress("ADMIN_LISTEN", default: "0.0.0.0:9102")
        pmsAdapter = reader.endpoints("PMS_ADAPTER_ADDRESS", default: "pms-adapter:7003")
        tts = reader.endpoints("TTS_ADDRESS", default: "tts:7004")
        notifier = reader.endpoints("NOTIFIER_ADDRESS", default: "notifier:7005")
    }
}
