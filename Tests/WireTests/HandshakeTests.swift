import Testing

@testable import Wire

@Suite struct HandshakeTests {
    private let secret = Array("a secret".utf8)

    private func identity(_ service: String, _ instance: String = "i-1") throws -> WireIdentity {
        try #require(WireIdentity(service: service, instance: instance))
    }

    @Test func bothSidesLearnWhoTheOtherIs() throws {
        let server = ServerHandshake(own: try identity("pms-adapter", "s"), secret: secret)
        var client = ClientHandshake(own: try identity("orchestrator", "c"), peer: "pms-adapter", secret: secret)
        let (caller, proof) = try server.accept(try client.answer(server.hello))
        #expect(caller == (try identity("orchestrator", "c")))
        #expect(try client.verify(Welcome(mac: proof)) == (try identity("pms-adapter", "s")))
    }

    /// Computed with `printf 'client|orchestrator|c|pms-adapter|s|00…' | openssl dgst -sha256 -hmac 'a secret'`.
    @Test func theProofIsTheHMACOfWhoSaysItToWhomAndTheirNonce() throws {
        let proof = Handshake.proof(
            .client, own: try identity("orchestrator", "c"), other: try identity("pms-adapter", "s"),
            nonce: String(repeating: "0", count: 64), secret: secret)
        #expect(proof == "f6eb1bb993a151e0ca3a2190fc23df9c7ad1f96c9e9d82de742979b27bdf3e71")
    }

    @Test func anotherSecretIsRefusedByBothSides() throws {
        let server = ServerHandshake(own: try identity("pms-adapter"), secret: Array("another".utf8))
        var client = ClientHandshake(own: try identity("orchestrator"), peer: "pms-adapter", secret: secret)
        let auth = try client.answer(server.hello)
        #expect(throws: WireError.self) { try server.accept(auth) }
        #expect(throws: WireError.self) { try client.verify(Welcome(mac: auth.mac)) }
    }

    @Test func aProofOfAnotherConnectionIsRefused() throws {
        let own = try identity("pms-adapter")
        var client = ClientHandshake(own: try identity("orchestrator"), peer: "pms-adapter", secret: secret)
        let overheard = try client.answer(ServerHandshake(own: own, secret: secret).hello)
        #expect(throws: WireError.self) { try ServerHandshake(own: own, secret: secret).accept(overheard) }
    }

    @Test func aProofForAnotherInstanceCanNotBeRelayed() throws {
        let nonce = Handshake.makeNonce()
        let first = ServerHandshake(own: try identity("pms-adapter", "1"), secret: secret, nonce: nonce)
        let second = ServerHandshake(own: try identity("pms-adapter", "2"), secret: secret, nonce: nonce)
        var client = ClientHandshake(own: try identity("orchestrator"), peer: "pms-adapter", secret: secret)
        let auth = try client.answer(first.hello)
        #expect(throws: WireError.self) { try second.accept(auth) }
    }

    @Test func aProofCanNotBeMirrored() throws {
        let own = try identity("orchestrator")
        var client = ClientHandshake(own: own, peer: "orchestrator", secret: secret, nonce: Handshake.makeNonce())
        let server = ServerHandshake(own: own, secret: secret)
        let auth = try client.answer(server.hello)
        #expect(throws: WireError.self) { try client.verify(Welcome(mac: auth.mac)) }
    }

    @Test func aNameThatIsNoneOrClaimsAnotherCallerIsRefused() throws {
        let server = ServerHandshake(own: try identity("pms-adapter"), secret: secret)
        var client = ClientHandshake(own: try identity("tts"), peer: "pms-adapter", secret: secret)
        let auth = try client.answer(server.hello)
        for service in ["orchestrator", "", "a|b", "a b", String(repeating: "a", count: 65)] {
            var forged = auth
            forged.service = service
            #expect(throws: WireError.self) { try server.accept(forged) }
        }
        var forged = auth
        forged.nonce = "short"
        #expect(throws: WireError.self) { try server.accept(forged) }
        forged = auth
        forged.version = 2
        #expect(throws: WireError.self) { try server.accept(forged) }
    }

    @Test func theWrongServiceAtTheOtherEndIsRefused() throws {
        let server = ServerHandshake(own: try identity("tts"), secret: secret)
        var client = ClientHandshake(own: try identity("orchestrator"), peer: "pms-adapter", secret: secret)
        #expect(throws: WireError.self) { try client.answer(server.hello) }
    }

    @Test func aWelcomeBeforeTheHelloIsRefused() throws {
        let client = ClientHandshake(own: try identity("orchestrator"), peer: "pms-adapter", secret: secret)
        #expect(throws: WireError.self) { try client.verify(Welcome(mac: "")) }
    }
}
