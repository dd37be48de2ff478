import CCrypto

/// SHA-256 (FIPS 180-4) of `bytes`: 32 bytes.
public func sha256(_ bytes: some Collection<UInt8>) -> [UInt8] {
    withContiguousBytes(of: bytes) { buffer in
        [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
            SHA256(buffer.baseAddress, buffer.count, digest.baseAddress)
            count = 32
        }
    }
}

/// HMAC-SHA-256 (RFC 2104, FIPS 198-1) of `message` under `key`: 32 bytes. A key of any length is allowed.
public func hmacSHA256(key: some Collection<UInt8>, message: some Collection<UInt8>) -> [UInt8] {
    withContiguousBytes(of: key) { key in
        withContiguousBytes(of: message) { message in
            [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
                var length: UInt32 = 0
                HMAC(
                    EVP_sha256(), key.baseAddress, Int32(key.count), message.baseAddress, message.count,
                    digest.baseAddress, &length)
                count = Int(length)
            }
        }
    }
}

/// Whether two byte strings are equal, in a time that depends on their lengths only: for comparing what an attacker may guess.
public func equalInConstantTime(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    return withContiguousBytes(of: left) { left in
        withContiguousBytes(of: right) { right in
            left.isEmpty || CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
        }
    }
}

/// `count` bytes from libcrypto's generator, fit for keys and nonces. Ends the process if the system has no randomness,
/// because nothing safe can be done without it.
public func randomBytes(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        let result = RAND_bytes(buffer.baseAddress, Int32(count))
        precondition(result == 1, "the system gave no random bytes")
        initialized = count
    }
}

/// Gives `body` a buffer that is never without an address, as libcrypto expects even for no bytes at all.
private func withContiguousBytes<Result>(
    of bytes: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Result
) -> Result {
    if bytes.isEmpty {
        return withUnsafePointer(to: UInt8(0)) { body(UnsafeBufferPointer(start: $0, count: 0)) }
    }
    return bytes.withContiguousStorageIfAvailable(body) ?? Array(bytes).withUnsafeBufferPointer(body)
}
