/// The services by the names they give in the wire's handshake, in metrics and in traces.
public enum ServiceName {
    public static let gateway = "gateway"
    public static let orchestrator = "orchestrator"
    public static let pmsAdapter = "pms-adapter"
    public static let tts = "tts"
    public static let notifier = "notifier"
}
