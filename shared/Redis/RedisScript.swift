/// A Lua script that runs on the server as one step. Keep it in a `static let`.
public struct RedisScript: Sendable {
    let source: StaticString

    public init(_ source: StaticString) {
        precondition(source.hasPointerRepresentation, "a script has more than one character")
        self.source = source
    }

    /// A literal has one address for the life of the process.
    var key: UInt { UInt(bitPattern: source.utf8Start) }
}
