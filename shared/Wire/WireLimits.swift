/// The bounds of a connection and of a client. `standard` is what DESIGN.md §3 says; tests shorten the times.
public struct WireLimits: Sendable {
    /// Bytes of a frame's JSON, either way.
    public var frameBytes = 4 * 1_048_576
    /// Bytes of a frame while the peer has not proved who it is: strangers get no large buffers.
    public var handshakeFrameBytes = 4_096
    /// Connecting and handshake together, seen from the client; the handshake seen from the server.
    public var handshake: Duration = .seconds(1)
    /// How long a peer may be silent until it is asked for a sign of life.
    public var silence: Duration = .seconds(5)
    /// How long that sign may take until the connection counts as cut.
    public var pong: Duration = .seconds(5)
    /// Requests of a connection that have no answer yet, and handlers of a connection that still run.
    public var inFlight = 256
    /// Connections that a server keeps at once.
    public var connections = 1_024
    /// Bytes that wait for a peer that reads slowly: above it a server reads no further requests of that connection and a client takes none.
    public var pausingBytes = 8 * 1_048_576
    /// Bytes that wait for a peer that does not read at all: above it the connection is closed.
    public var unsentBytes = 64 * 1_048_576
    /// How long the closing side waits for the peer to take the last frame.
    public var linger: Duration = .seconds(1)
    /// How long a draining server, with nothing left in flight, waits for the peer to close first, so that a request on its way still gets an answer.
    public var drainGrace: Duration = .milliseconds(500)

    /// How often a client asks for its peer's addresses.
    public var resolving: Duration = .seconds(1)
    /// Addresses of one name that a client looks at.
    public var addresses = 256
    /// When an address that led to an instance which is connected already is tried again.
    public var aliasLook: Duration = .seconds(30)
    /// How long calls wait for a first connection, counted from when the last one was lost; after that they fail at once.
    public var connectionWait: Duration = .seconds(1)
    /// Calls that wait so.
    public var waitingCalls = 256
    /// Between attempts to connect to one address.
    public var reconnectBackoff = FullJitter(base: .milliseconds(50), cap: .seconds(1))
    /// A connection that lived this long is no longer counted as one more failure of its address.
    public var stableConnection: Duration = .seconds(5)
    /// How often an idempotent request is sent at most.
    public var attempts = 4
    /// Between those attempts.
    public var retryBackoff = FullJitter(base: .milliseconds(25), cap: .seconds(1))
    /// When an instance is left alone.
    public var breaker = CircuitBreaker.Policy()

    public init() {}

    public static let standard = WireLimits()
}
