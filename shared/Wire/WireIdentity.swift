/// Who one end of a connection is: the service and the one process of it.
struct WireIdentity: Hashable, Sendable {
    let service: String
    let instance: String

    /// Nil when a name is not one: 1 to 64 letters, digits, `-`, `_` or `.` of ASCII. What a MAC separates by `|` can't hold one.
    init?(service: String, instance: String) {
        guard Self.isName(service), Self.isName(instance) else { return nil }
        self.service = service
        self.instance = instance
    }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}
