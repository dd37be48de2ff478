import Loop

/// Which addresses of a name a client connects to, and when: every instance once, though one may be reached by several addresses, and none
/// sooner than its backoff allows. A value; time and chance are passed in.
struct Roster {
    enum Place: Equatable {
        /// To be tried at that time.
        case idle(notBefore: MonotonicTime)
        case connecting
        /// This address carries the connection to the instance.
        case carries(instance: String, since: MonotonicTime)
        /// The instance is reached by another address already. Addresses are handed on, so that is looked at again at that time.
        case alias(instance: String, nextLook: MonotonicTime)

        var nextTry: MonotonicTime? {
            switch self {
            case .idle(let time), .alias(_, let time): time
            case .connecting, .carries: nil
            }
        }
    }

    private struct Entry {
        var place: Place
        /// In a row; what decides the next wait.
        var failures = 0
        /// Whether the last look-up had it.
        var isCurrent = true
    }

    private let backoff: FullJitter
    private let stable: Duration
    private let aliasLook: Duration
    private let addressLimit: Int
    private var entries: [SocketAddress: Entry] = [:]

    init(_ limits: WireLimits) {
        backoff = limits.reconnectBackoff
        stable = limits.stableConnection
        aliasLook = limits.aliasLook
        addressLimit = limits.addresses
    }

    func place(of address: SocketAddress) -> Place? { entries[address]?.place }
    var addressCount: Int { entries.count }

    /// When an address may be tried next; nil when none waits.
    var nextTry: MonotonicTime? {
        entries.values.compactMap { $0.place.nextTry }.min()
    }

    /// A look-up gave these. Addresses that are gone are not tried again; a connection that lives is kept.
    mutating func resolved(_ addresses: [SocketAddress], at now: MonotonicTime) {
        let current = Set(addresses.prefix(addressLimit))
        for (address, entry) in entries where !current.contains(address) {
            switch entry.place {
            case .idle, .alias: entries[address] = nil
            case .connecting, .carries: entries[address]?.isCurrent = false
            }
        }
        for address in current {
            if entries[address] == nil {
                entries[address] = Entry(place: .idle(notBefore: now))
            } else {
                entries[address]?.isCurrent = true
            }
        }
    }

    /// The addresses to connect to now; they count as connecting from here on.
    mutating func due(at now: MonotonicTime) -> [SocketAddress] {
        let due = entries.filter { $0.value.place.nextTry.map { $0 <= now } ?? false }.map(\.key)
        for address in due { entries[address]?.place = .connecting }
        return due
    }

    /// A connection is up. False when the instance is connected by another address: close this one.
    mutating func opened(_ address: SocketAddress, _ instance: String, at now: MonotonicTime) -> Bool {
        let isCarried = entries.contains {
            if case .carries(instance, _) = $0.value.place { $0.key != address } else { false }
        }
        guard isCarried else {
            entries[address]?.place = .carries(instance: instance, since: now)
            return true
        }
        entries[address]?.place = .alias(instance: instance, nextLook: now + aliasLook)
        entries[address]?.failures = 0
        return false
    }

    /// A connection, or an attempt at one, has ended, or its instance said goaway. Its aliases may be tried at once.
    mutating func ended(
        _ address: SocketAddress, at now: MonotonicTime, using generator: inout some RandomNumberGenerator
    ) {
        guard let entry = entries[address] else { return }
        switch entry.place {
        case .idle, .alias: return
        case .connecting: break
        case .carries(let instance, let since):
            if now - since >= stable { entries[address]?.failures = 0 }
            for (other, entry) in entries {
                guard case .alias(instance, _) = entry.place else { continue }
                entries[other]?.place = .idle(notBefore: now)
            }
        }
        guard entry.isCurrent else {
            entries[address] = nil
            return
        }
        let failures = entries[address]?.failures ?? 0
        entries[address]?.failures = failures + 1
        entries[address]?.place = .idle(notBefore: now + backoff.delay(failures, using: &generator))
    }
}
