import Loop
import Redis
import Servers
import Support

/// Gives `body` a started client of a server, and stops it afterwards.
func withRedis<Result>(
    _ url: RedisURL? = nil, maximumInFlight: Int = 4_096, _ body: (RedisClient) async throws -> Result
) async throws -> Result {
    let target: RedisURL
    if let url { target = url } else { target = try await RedisURL(TestRedis.shared().url) }
    let loop = try EventLoop(name: "redis")
    let client = RedisClient(loop: loop, url: target, maximumInFlight: maximumInFlight)
    await client.start()
    do {
        let result = try await body(client)
        await client.stop()
        loop.stop()
        return result
    } catch {
        await client.stop()
        loop.stop()
        throw error
    }
}

/// A client that is connected.
func withConnectedRedis<Result>(
    _ url: RedisURL? = nil, maximumInFlight: Int = 4_096, _ body: (RedisClient) async throws -> Result
) async throws -> Result {
    try await withRedis(url, maximumInFlight: maximumInFlight) { client in
        guard await eventually({ await client.isConnected }) else {
            throw ProcessFailure("the client did not connect")
        }
        return try await body(client)
    }
}

/// The error that a body throws; nil when it throws none, or another one.
func redisError(_ body: () async throws -> Void) async -> RedisError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? RedisError
    }
}
