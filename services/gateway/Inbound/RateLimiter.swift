import Redis

/// How much of a kind there may be in a sliding minute (DESIGN.md §5).
struct RateLimits: Sendable {
    /// Requests of an address on public routes.
    var address = 600
    /// Messages of a guest.
    var guest = 30
    /// Messages of all guests of a hotel.
    var hotel = 3_000
}

/// Counts in a sliding minute, in Redis so that all gateways count together. Without Redis nothing is limited: service goes on.
struct RateLimiter: Sendable {
    let redis: RedisClient
    let limits: RateLimits

    /// Something counted, and how much of it a minute may be.
    struct Subject: Hashable, Sendable {
        var key: String
        var limit: Int
    }

    func address(_ address: String) -> Subject { Subject(key: "rate:ip:\(address)", limit: limits.address) }
    func guest(_ conversation: String) -> Subject { Subject(key: "rate:guest:\(conversation)", limit: limits.guest) }
    func hotel(_ hotel: Int) -> Subject { Subject(key: "rate:hotel:\(hotel)", limit: limits.hotel) }

    /// This minute's count, and the last one's by the share of it that still lies within sixty seconds. Gives for each key the seconds to wait.
    private static let script = RedisScript(
        """
        local now = tonumber(ARGV[1])
        local minute = math.floor(now / 60)
        local passed = now - minute * 60
        local waits = {}
        for index, key in ipairs(KEYS) do
            local added = tonumber(ARGV[2 * index])
            local current = redis.call('INCRBY', key .. ':' .. minute, added)
            if current == added then redis.call('EXPIRE', key .. ':' .. minute, 130) end
            local before = tonumber(redis.call('GET', key .. ':' .. (minute - 1)) or '0')
            local count = current + before * (60 - passed) / 60
            if count > tonumber(ARGV[2 * index + 1]) then waits[index] = 60 - passed + 1 else waits[index] = 0 end
        end
        return waits
        """)

    /// Counts each subject as often as it is named; gives how many seconds those must wait that are over their limit.
    ///
    /// - Parameter now: Unix seconds.
    func waits(_ subjects: [Subject], now: Int) async -> [Subject: Int] {
        guard !subjects.isEmpty else { return [:] }
        var counts: [Subject: Int] = [:]
        for subject in subjects { counts[subject, default: 0] += 1 }
        let counted = Array(counts)
        do {
            let reply = try await redis.evaluate(
                Self.script, keys: counted.map(\.key.key),
                arguments: [String(now)] + counted.flatMap { [String($0.value), String($0.key.limit)] })
            let waits = zip(counted, reply.elements ?? []).map { ($0.key, $1.int ?? 0) }
            return Dictionary(waits.filter { $0.1 > 0 }, uniquingKeysWith: max)
        } catch {
            // Counting is worth less than answering; readiness says that Redis is away.
            return [:]
        }
    }

    private static let takeBackScript = RedisScript(
        """
        local minute = math.floor(tonumber(ARGV[1]) / 60)
        for index, key in ipairs(KEYS) do
            if redis.call('EXISTS', key .. ':' .. minute) == 1 then redis.call('DECRBY', key .. ':' .. minute, ARGV[index + 1]) end
        end
        return #KEYS
        """)

    /// Takes back what `waits` has counted at this time.
    func takeBack(_ subjects: [Subject], now: Int) async {
        var counts: [Subject: Int] = [:]
        for subject in subjects { counts[subject, default: 0] += 1 }
        let counted = Array(counts)
        // Without Redis there is no count either.
        _ = try? await redis.evaluate(
            Self.takeBackScript, keys: counted.map(\.key.key),
            arguments: [String(now)] + counted.map { String($0.value) })
    }

    /// Counts one thing of each; gives the longest wait, 0 for none.
    func wait(_ subjects: [Subject], now: Int) async -> Int {
        await waits(subjects, now: now).values.max() ?? 0
    }
}
