import Crypto

/// Rendezvous hashing (highest random weight): every client that knows the same instances sends a conversation to the same one, and when an
/// instance goes only its own conversations move.
enum Rendezvous {
    /// The weight of an instance for a key: the first 8 bytes of SHA-256 of `key|instance`.
    static func weight(_ key: String, _ instance: String) -> UInt64 {
        var text = Array(key.utf8)
        text.append(UInt8(ascii: "|"))
        text.append(contentsOf: instance.utf8)
        return sha256(text).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The instance of the greatest weight; on a tie, which nobody will see, the smaller name. Nil of none.
    static func choose(_ key: String, among instances: some Sequence<String>) -> String? {
        instances.map { (weight: weight(key, $0), name: $0) }
            .max { ($0.weight, $1.name) < ($1.weight, $0.name) }?.name
    }
}
