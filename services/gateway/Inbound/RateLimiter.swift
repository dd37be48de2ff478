import Redis

/// Counts in a sliding minute, in Redis so that all gateways count together (DESIGN.md §5). Without Redis nothing is limited: service goes on.
struct RateLimiter: Sendable {
    let redis: RedisClient

    /// Something counted, and how much of it a minute may be.
    struct Subject: Sendable {
        var key: String
        var limit: Int

        static func address(_ address: String) -> Subject { Subject(key: "rate:ip:\(address)", limit: 600) }
        static func guest(_ conversation: String) -> Subject { Subject(key: "rate:guest:\(conversation)", limit: 30) }
        static func hotel(_ hotel: Int) -> Subject { Subject(key: "rate:hotel:\(hotel)", limit: 3_000) }
    }

    /// This minute's count, and the last one's by the share of it that still lies within sixty seconds. Gives for each key the seconds to wait.
    private static let script = RedisScript(
        """
        local now = tonumber(ARGV[1])
        local minute = math.floor(now / 60)
        local passed = now - minute * 60
        local waits = {}
        for index, key in ipairs(KEYS) do
            local current = redis.call('INCR', key .. ':' .. minute)
            if current == 1 then redis.call('EXPIRE', key .. ':' .. minute, 130) end
            local before = tonumber(redis.call('GET', key .. ':' .. (minute - 1)) or '0')
            local count = current + before * (60 - passed) / 60
            if count > tonumber(ARGV[index + 1]) then waits[index] = 60 - passed + 1 else waits[index] = 0 end
        end
        return waits
        """)

    /// How many seconds each subject has to wait, in their order; 0: none.
    ///
    /// - Parameter now: Unix seconds.
    func waits(_ subjects: [Subject], now: Int) async -> [Int] {
        guard !subjects.isEmpty else { return [] }
        do {
            let reply = try await redis.evaluate(
                Self.script, keys: subjects.map(\.key), arguments: [String(now)] + subjects.map { String($0.limit) })
            if let elements = reply.elements, elements.count == subjects.count { return elements.map { $0.int ?? 0 } }
        } catch {
            // Counting is worth less than answering; readiness says that Redis is away.
        }
        return subjects.map { _ in 0 }
    }
}
