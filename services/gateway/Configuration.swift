import Loop
import Postgres
import Redis
import ServiceKit

/// The gateway's settings.
struct GatewayConfiguration: Sendable {
    var database: PostgresURL?
    var redis: RedisURL?
    var http: SocketAddress?
    var orchestrator: [Endpoint]
    var pmsAdapter: [Endpoint]
    var notifier: [Endpoint]
    /// Signs what leaves us to come back: chat sessions, conversation ids.
    var secretKey: [UInt8]
    /// Meta signs webhooks with it.
    var appSecret: [UInt8]
    /// Meta sends it once, when the webhook is set up.
    var verifyToken: [UInt8]
    /// The hotel of a payload without metadata.
    var phoneNumberID: String?
    /// Whether the last address of `X-Forwarded-For` is the client's: only behind a proxy of one's own.
    var trustsProxy: Bool
    var limits: RateLimits

    init(_ reader: inout ConfigurationReader) {
        database = reader.postgresURL()
        redis = reader.redisURL()
        http = reader.listenAddress("HTTP_LISTEN", default: "0.0.0.0:8002")
        orchestrator = reader.endpoints("ORCHESTRATOR_ADDRESS", default: "orchestrator:7002")
        pmsAdapter = reader.endpoints("PMS_ADAPTER_ADDRESS", default: "pms-adapter:7003")
        notifier = reader.endpoints("NOTIFIER_ADDRESS", default: "notifier:7005")
        secretKey = Array(reader.secret("SECRET_KEY", minimumLength: 32, "it signs chat sessions").utf8)
        appSecret = Array(reader.secret("WHATSAPP_APP_SECRET", "Meta signs webhooks with it").utf8)
        verifyToken = Array(
            reader.secret("WHATSAPP_VERIFY_TOKEN", minimumLength: 8, "Meta sends it when the webhook is set up").utf8)
        phoneNumberID = reader.text("WHATSAPP_PHONE_NUMBER_ID")
        trustsProxy = reader.flag("TRUST_PROXY", default: false)
        let standard = RateLimits()
        let range = 1...1_000_000_000
        limits = RateLimits(
            address: reader.integer("RATE_LIMIT_ADDRESS", default: standard.address, in: range),
            guest: reader.integer("RATE_LIMIT_GUEST", default: standard.guest, in: range),
            hotel: reader.integer("RATE_LIMIT_HOTEL", default: standard.hotel, in: range))
    }
}
