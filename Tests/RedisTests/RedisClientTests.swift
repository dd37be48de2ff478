import Loop
import Redis
import Servers
import Support
import Testing

@Suite struct RedisClientTests {
    @Test func commandsOfAllKindsAreAnswered() async throws {
        try await withConnectedRedis { (client) async throws in
            let bytes = (0...255).map { UInt8($0) }
            #expect(
                try await client.command([Array("SET".utf8), Array("bytes".utf8), bytes]) == .string(Array("OK".utf8)))
            #expect(try await client.command(["GET", "bytes"]).bytes == bytes)
            #expect(try await client.command(["GET", "missing"]).isNull)
            #expect(try await client.command(["INCRBY", "number", "-5"]).int == -5)
            #expect(try await client.command(["GET", "number"]).int == -5)
            #expect(try await client.command(["SET", "empty", ""]).text == "OK")
            #expect(try await client.command(["GET", "empty"]).bytes == [])
            let many = try await client.command(["MGET", "number", "missing", "empty"])
            #expect(many == .array([.string(Array("-5".utf8)), .null, .string([])]))
            try await client.ping()
        }
    }

    @Test func anErrorOfTheServerIsItsCodeAndNothingElse() async throws {
        try await withConnectedRedis { (client) async throws in
            _ = try await client.command(["SET", "text", "x"])
            let wrong = await redisError { _ = try await client.command(["LPUSH", "text", "secret"]) }
            #expect(wrong?.kind == .server && wrong?.code == "WRONGTYPE")
            let unknown = await redisError { _ = try await client.command(["NONSENSE", "secret"]) }
            #expect(unknown?.code == "ERR")
            #expect(unknown?.description.contains("secret") == false)
            #expect(unknown?.outcomeUnknown == false)
        }
    }

    @Test func tenThousandCommandsAtOnceAllGetTheirOwnAnswer() async throws {
        try await withConnectedRedis(maximumInFlight: 10_000) { (client) async throws in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<10_000 {
                    group.addTask {
                        try await client.command(["ECHO", "\(number)"], deadline: .seconds(30)).int == number
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func fiveMegabytesGoAndComeBack() async throws {
        let bytes = [UInt8](repeating: 7, count: 5 << 20)
        try await withConnectedRedis { (client) async throws in
            let words = [Array("SET".utf8), Array("large".utf8), bytes]
            #expect(try await client.command(words, deadline: .seconds(30)).text == "OK")
            #expect(try await client.command(["GET", "large"], deadline: .seconds(30)).bytes == bytes)
        }
    }

    @Test func withoutAServerCommandsFailAtOnce() async throws {
        try await withRedis(RedisURL(.unix(path: "/nowhere/redis.sock"))) { (client) async throws in
            let error = await redisError { _ = try await client.command(["PING"], deadline: .seconds(60)) }
            #expect(error?.kind == .notConnected && error?.outcomeUnknown == false)
            #expect(await !client.isConnected)
        }
    }

    @Test func aKilledServerIsNoticedAndUsedAgainWhenItReturns() async throws {
        let server = try await TestRedis.start()
        try await withConnectedRedis(RedisURL(server.url)) { (client) async throws in
            // Held up on the server while it is killed.
            let caller = Task {
                await redisError { _ = try await client.command(["BLPOP", "nothing", "0"], deadline: .seconds(60)) }
            }
            #expect(
                await eventually {
                    (try? await client.command(["CLIENT", "ID"], deadline: .milliseconds(50))) == nil
                })
            await server.kill()
            let error = await caller.value
            #expect(error?.kind == .connectionLost && error?.outcomeUnknown == true)
            #expect(await eventually { await !client.isConnected })
            #expect(await redisError { try await client.ping() }?.kind == .notConnected)
            try await server.start()
            #expect(await eventually { await client.isConnected })
            try await client.ping(deadline: .seconds(5))
        }
    }

    @Test func aServerThatFallsSilentIsGivenUpAndUsedAgainWhenItSpeaks() async throws {
        let server = try await TestRedis.start()
        try await withConnectedRedis(RedisURL(server.url)) { (client) async throws in
            await server.pause()
            let error = await redisError { try await client.ping(deadline: .milliseconds(50)) }
            #expect(error?.kind == .deadlineExceeded && error?.outcomeUnknown == true)
            #expect(await eventually { await !client.isConnected })
            await server.resume()
            #expect(await eventually { await client.isConnected })
        }
    }

    @Test func anAnswerThatComesTooLateGoesToNobody() async throws {
        try await withConnectedRedis { (other) async throws in
            try await withConnectedRedis { (client) async throws in
                async let held = redisError {
                    _ = try await client.command(["BLPOP", "late", "0"], deadline: .milliseconds(30))
                }
                async let behind = client.command(["ECHO", "mine"], deadline: .seconds(30))
                #expect(await held?.kind == .deadlineExceeded)
                _ = try await other.command(["LPUSH", "late", "x"], deadline: .seconds(30))
                #expect(try await behind.text == "mine")
                #expect(try await client.command(["ECHO", "next"], deadline: .seconds(30)).text == "next")
            }
        }
    }

    @Test func aCancelledCallerIsAnsweredAtOnce() async throws {
        try await withConnectedRedis { (client) async throws in
            let caller = Task {
                await redisError { _ = try await client.command(["BLPOP", "never", "0"], deadline: .seconds(60)) }
            }
            caller.cancel()
            #expect(await caller.value?.kind == .cancelled)
        }
    }

    @Test func moreThanMayBeOnTheirWayAreRefusedAtOnce() async throws {
        try await withConnectedRedis(maximumInFlight: 3) { (client) async throws in
            let errors = await withTaskGroup(of: RedisError?.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        await redisError {
                            _ = try await client.command(["BLPOP", "full", "0"], deadline: .seconds(2))
                        }
                    }
                }
                var errors: [RedisError?] = []
                for await error in group { errors.append(error) }
                return errors
            }
            #expect(errors.count { $0?.kind == .tooManyInFlight } == 7)
            // The others have no answer: their time is over, or the server that says nothing for so long has been given up.
            #expect(errors.count { $0?.outcomeUnknown == true } == 3)
        }
    }

    private static let take = RedisScript(
        """
        local n = redis.call('INCRBY', KEYS[1], ARGV[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return {n, redis.call('PTTL', KEYS[1]) > 0}
        """)

    @Test func aScriptRunsByItsDigestAndAgainAfterTheServerHasForgottenIt() async throws {
        let server = try await TestRedis.start()
        try await withConnectedRedis(RedisURL(server.url)) { (client) async throws in
            func run() async throws -> RedisReply {
                try await client.evaluate(
                    Self.take, keys: ["count"], arguments: ["2", "60000"], deadline: .seconds(10))
            }
            #expect(try await run() == .array([.int(2), .int(1)]))
            #expect(try await run() == .array([.int(4), .int(1)]))
            let calls = try await client.command(["INFO", "commandstats"]).text ?? ""
            #expect(calls.contains("cmdstat_evalsha:calls=1,"))
            _ = try await client.command(["SCRIPT", "FLUSH"])
            #expect(try await run() == .array([.int(6), .int(1)]))
            let failing = await redisError { _ = try await client.evaluate(Self.wrong, keys: ["count"]) }
            #expect(failing?.kind == .server)
        }
    }
    private static let wrong = RedisScript("return redis.call('LPUSH', KEYS[1], 'x')")

    @Test func opensWithPasswordAndDatabaseOverTCPByName() async throws {
        let server = try await TestRedis.start(tcp: true, settings: ["--requirepass", "hunter2"])
        let port = try #require(server.port)
        try await withConnectedRedis(RedisURL("redis://:hunter2@localhost:\(port)/3")) { (client) async throws in
            _ = try await client.command(["SET", "here", "x"])
            #expect(try await client.command(["CLIENT", "INFO"]).text?.contains("db=3") == true)
        }
        try await withConnectedRedis(RedisURL("unix://\(server.socketPath)?db=3&password=hunter2")) {
            (client) async throws in
            #expect(try await client.command(["GET", "here"]).text == "x")
        }
        try await withRedis(RedisURL("redis://:wrong@127.0.0.1:\(port)")) { (client) async throws in
            #expect(await redisError { try await client.ping() }?.kind == .notConnected)
        }
    }

    @Test func aStoppedClientSaysSo() async throws {
        let loop = try EventLoop(name: "redis")
        let client = RedisClient(loop: loop, url: try await RedisURL(TestRedis.shared().url))
        await client.start()
        #expect(await eventually { await client.isConnected })
        let caller = Task {
            await redisError { _ = try await client.command(["BLPOP", "stop", "0"], deadline: .seconds(60)) }
        }
        #expect(await eventually { await redisError { try await client.ping(deadline: .milliseconds(30)) } != nil })
        await client.stop()
        #expect(await caller.value?.kind == .connectionLost)
        #expect(await eventually { await redisError { try await client.ping() }?.kind == .stopped })
        loop.stop()
    }
}
