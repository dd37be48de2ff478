import Contracts
import Crypto

/// What the services of a `HotelSystem` are told by their environment: secrets made for this one system, and addresses.
public struct HotelEnvironment: Sendable {
    /// Where a process will listen.
    struct Place: Sendable {
        var service: String
        var number: Int
        var http: UInt16
        var wire: UInt16?
    }

    /// Signs webhooks.
    public let appSecret: String
    public let verifyToken: String
    /// The hotel's number, by Meta's id.
    public let phoneNumberID: String
    public let gatewayPort: UInt16
    /// What every process gets.
    public let common: [String: String]
    let places: [Place]

    init(
        _ settings: HotelSystem.Settings, database: String, redis: String, graph: String,
        graphSettings: GraphStandIn.Settings, collector: String?
    ) throws {
        appSecret = graphSettings.appSecret
        verifyToken = hex(randomBytes(16))
        phoneNumberID = graphSettings.phoneNumberIDs.sorted()[0]
        gatewayPort = try freePort()
        var places: [Place] = []
        for (service, count) in [
            (ServiceName.tts, 1), (ServiceName.pmsAdapter, 1), (ServiceName.notifier, settings.notifiers),
            (ServiceName.orchestrator, settings.orchestrators),
        ] {
            for number in 0..<count {
                places.append(Place(service: service, number: number, http: try freePort(), wire: try freePort()))
            }
        }
        places.append(Place(service: ServiceName.gateway, number: 0, http: gatewayPort))
        self.places = places
        func addresses(_ service: String) -> String {
            places.filter { $0.service == service }.compactMap(\.wire).map { "127.0.0.1:\($0)" }.joined(separator: ",")
        }
        var common = [
            "ENVIRONMENT": "test", "LOG_LEVEL": settings.logLevel, "SECRET_KEY": hex(randomBytes(32)),
            "WIRE_SECRET": hex(randomBytes(32)), "POSTGRES_URL": database, "REDIS_URL": redis, "PMS_TYPE": "mock",
            "AUDIO_ENABLED": "true", "TTS_ENGINE": "espeak", "WHATSAPP_API_URL": graph,
            "WHATSAPP_ACCESS_TOKEN": graphSettings.token, "WHATSAPP_PHONE_NUMBER_ID": phoneNumberID,
            "WHATSAPP_VERIFY_TOKEN": verifyToken, "WHATSAPP_APP_SECRET": appSecret,
            "ORCHESTRATOR_ADDRESS": addresses(ServiceName.orchestrator),
            "PMS_ADAPTER_ADDRESS": addresses(ServiceName.pmsAdapter), "TTS_ADDRESS": addresses(ServiceName.tts),
            "NOTIFIER_ADDRESS": addresses(ServiceName.notifier),
        ]
        common["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector
        common.merge(settings.environment) { $1 }
        self.common = common
    }

    /// All that one process is told.
    func of(_ place: Place) -> [String: String] {
        var environment = common
        environment[place.wire == nil ? "HTTP_LISTEN" : "ADMIN_LISTEN"] = "127.0.0.1:\(place.http)"
        if let wire = place.wire { environment["WIRE_LISTEN"] = "127.0.0.1:\(wire)" }
        return environment
    }
}
