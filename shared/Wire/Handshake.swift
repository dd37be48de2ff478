import Crypto

/// What both ends know: the protocol's version, and how one end proves to the other that it holds the secret.
enum Handshake {
    static let version = 1

    enum Role: String, Sendable { case client, server }

    /// 32 random bytes in hex.
    static func makeNonce() -> String { hex(randomBytes(32)) }

    static func isNonce(_ text: String) -> Bool {
        text.utf8.count == 64 && bytes(fromHex: text) != nil
    }

    /// The proof of one end: HMAC-SHA-256, in hex, of its role, both identities and the *other's* nonce. So a proof can't be
    /// replayed (the nonce is new), mirrored (the role differs), nor relayed to a third party (it names whom it is for).
    static func proof(
        _ role: Role, own: WireIdentity, other: WireIdentity, nonce: String, secret: [UInt8]
    ) -> String {
        let text = [role.rawValue, own.service, own.instance, other.service, other.instance, nonce].joined(
            separator: "|")
        return hex(hmacSHA256(key: secret, message: Array(text.utf8)))
    }
}

/// A server's side: it says hello, and looks at one answer.
struct ServerHandshake: Sendable {
    private let own: WireIdentity
    private let secret: [UInt8]
    private let nonce: String

    init(own: WireIdentity, secret: [UInt8], nonce: String = Handshake.makeNonce()) {
        self.own = own
        self.secret = secret
        self.nonce = nonce
    }

    var hello: Hello {
        Hello(version: Handshake.version, service: own.service, instance: own.instance, nonce: nonce)
    }

    /// Who the client is and the server's own proof for it. The words of a refusal tell no more than a stranger may know.
    func accept(_ auth: Auth) throws(WireError) -> (caller: WireIdentity, proof: String) {
        guard auth.version == Handshake.version else {
            throw WireError(.unauthenticated, "this service speaks version \(Handshake.version) of the protocol")
        }
        guard let caller = WireIdentity(service: auth.service, instance: auth.instance), Handshake.isNonce(auth.nonce)
        else { throw WireError(.unauthenticated, "service, instance or nonce is malformed") }
        let expected = Handshake.proof(.client, own: caller, other: own, nonce: nonce, secret: secret)
        guard equalInConstantTime(Array(expected.utf8), Array(auth.mac.utf8)) else {
            throw WireError(.unauthenticated, "the proof is wrong: both sides need the same WIRE_SECRET")
        }
        return (caller, Handshake.proof(.server, own: own, other: caller, nonce: auth.nonce, secret: secret))
    }
}

/// A client's side: it answers a hello, and looks at the server's proof.
struct ClientHandshake: Sendable {
    private let own: WireIdentity
    private let peer: String
    private let secret: [UInt8]
    private let nonce: String
    private var server: WireIdentity?

    /// - Parameter peer: the service that must be at the other end.
    init(own: WireIdentity, peer: String, secret: [UInt8], nonce: String = Handshake.makeNonce()) {
        self.own = own
        self.peer = peer
        self.secret = secret
        self.nonce = nonce
    }

    mutating func answer(_ hello: Hello) throws(WireError) -> Auth {
        guard server == nil else { throw WireError(.unauthenticated, "a second hello") }
        guard hello.version == Handshake.version else {
            throw WireError(.unauthenticated, "the peer speaks version \(hello.version) of the protocol")
        }
        guard let server = WireIdentity(service: hello.service, instance: hello.instance),
            Handshake.isNonce(hello.nonce)
        else { throw WireError(.unauthenticated, "the peer's hello is malformed") }
        guard server.service == peer else {
            throw WireError(.unauthenticated, "\(server.service) is there and not \(peer)")
        }
        self.server = server
        return Auth(
            version: Handshake.version, service: own.service, instance: own.instance, nonce: nonce,
            mac: Handshake.proof(.client, own: own, other: server, nonce: hello.nonce, secret: secret))
    }

    /// Who the server is, once it proved it.
    func verify(_ welcome: Welcome) throws(WireError) -> WireIdentity {
        guard let server else { throw WireError(.unauthenticated, "a welcome before the hello") }
        let expected = Handshake.proof(.server, own: server, other: own, nonce: nonce, secret: secret)
        guard equalInConstantTime(Array(expected.utf8), Array(welcome.mac.utf8)) else {
            throw WireError(.unauthenticated, "the peer's proof is wrong: both sides need the same WIRE_SECRET")
        }
        return server
    }
}
