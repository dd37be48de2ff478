import Loop
import Postgres
import Redis
import ServiceKit

/// The notifier's settings.
struct NotifierConfiguration: Sendable {
    var database: PostgresURL?
    var redis: RedisURL?
    var wire: SocketAddress?
    var admin: SocketAddress?
    var tts: [Endpoint]
    var graph: GraphSettings
    /// Meta's limit for a number: 80 messages a second, up to 1,000 after an upgrade. Each notifier keeps to it by itself.
    var messagesPerSecond: Int
    /// How long a status with our id is awaited before a message that may have arrived is sent again.
    var receiptWait: Duration

    init(_ reader: inout ConfigurationReader) {
        database = reader.postgresURL()
        redis = reader.redisURL()
        wire = reader.listenAddress("WIRE_LISTEN", default: "0.0.0.0:7005")
        admin = reader.listenAddress("ADMIN_LISTEN", default: "0.0.0.0:9105")
        tts = reader.endpoints("TTS_ADDRESS", default: "tts:7004")
        graph = GraphSettings(
            baseURL: reader.httpAddress("WHATSAPP_API_URL", default: "https://graph.facebook.com") ?? "",
            version: reader.text("WHATSAPP_API_VERSION", default: "v25.0"),
            token: reader.secret("WHATSAPP_ACCESS_TOKEN", minimumLength: 8, "Meta knows this business by it"),
            defaultNumber: reader.text("WHATSAPP_PHONE_NUMBER_ID"))
        messagesPerSecond = reader.integer("WHATSAPP_MESSAGES_PER_SECOND", default: 80, in: 1...2_000)
        receiptWait = .seconds(reader.integer("RECEIPT_WAIT_SECONDS", default: 30, in: 1...600))
        if graph.version.first != "v" || Double(graph.version.dropFirst()) == nil {
            reader.fault("WHATSAPP_API_VERSION", "must be a version of the Graph API such as v25.0")
        }
        if let number = graph.defaultNumber, !GraphClient.isIdentifier(number) {
            reader.fault("WHATSAPP_PHONE_NUMBER_ID", "must be Meta's id of the number: digits only")
        }
    }
}
