import Glibc
import Loop
import Telemetry

/// What a service's `main.swift` calls.
public enum ServiceMain {
    /// Exit code of a service whose settings are at fault (sysexits.h, EX_CONFIG).
    public static let configurationFault: Int32 = 78
    /// Exit code of a service that could not start (EX_SOFTWARE).
    public static let startFault: Int32 = 70

    /// Reads the settings (all faults at once, exit 78), builds the service, runs it until SIGTERM or SIGINT, drains and stops it. A second
    /// signal ends it at once.
    ///
    /// - Parameters:
    ///   - read: the service's own settings; faults are collected.
    ///   - build: makes and starts the parts, listeners last. When it returns, the service is running.
    public static func run<Configuration: Sendable>(
        _ name: String, _ read: (inout ConfigurationReader) -> Configuration,
        _ build: @Sendable (Service, Configuration) async throws -> Void
    ) async -> Never {
        Signals.blockForProcess([SIGINT, SIGTERM])
        raiseDescriptorLimit()
        var reader = ConfigurationReader.process
        let common = CommonConfiguration(&reader)
        let configuration = read(&reader)
        let loop = loopAfterCheck(name, reader)
        let service = Service(name: name, loop: loop, common: common, secrets: reader.secretValues)
        let settings = reader.summary.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        let logger = service.observability.logger
        logger.info("starting", ["instance": .string(service.instance), "settings": .string(settings)])
        let watchdog = Watchdog(loop: loop)
        let signals = AsyncStream<Int32> { continuation in
            loop.execute {
                do {
                    try Signals.watch([SIGINT, SIGTERM], on: loop) { continuation.yield($0) }
                } catch {
                    fail(name, "\(error)", startFault)
                }
            }
        }
        var arrivals = signals.makeAsyncIterator()
        do {
            await service.exportTraces()
            try await build(service, configuration)
            await service.health.enter(.running)
            logger.info("running")
        } catch {
            logger.error("could not start", ["error": .error(error)])
            fail(name, "could not start: \(error)", startFault)
        }
        let signal = await arrivals.next() ?? SIGTERM
        logger.info("stopping", ["signal": .int(Int(signal))])
        let impatience = Task {
            if let second = await signals.first(where: { _ in true }) { exit(128 + second) }
        }
        await service.stop()
        logger.info("stopped")
        impatience.cancel()
        withExtendedLifetime(watchdog) {}
        exit(0)
    }

    /// For a subcommand: reads its settings from the process's environment, or ends the process with every fault.
    public static func configuration<Configuration>(
        _ name: String, _ read: (inout ConfigurationReader) -> Configuration
    ) -> Configuration {
        var reader = ConfigurationReader.process
        let configuration = read(&reader)
        check(name, reader)
        return configuration
    }

    /// Ten thousand connections need as many descriptors; the usual limit is 1,024, and a process may raise its own up to the hard one.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // What the system refuses stays as it was: the server then takes fewer connections, and says so.
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private static func check(_ name: String, _ reader: ConfigurationReader) {
        do {
            try reader.finish()
        } catch {
            fail(
                name, "these settings are at fault:\n" + error.problems.map { "  " + $0 }.joined(separator: "\n"),
                configurationFault)
        }
    }

    private static func loopAfterCheck(_ name: String, _ reader: ConfigurationReader) -> EventLoop {
        check(name, reader)
        do {
            return try EventLoop(name: name)
        } catch {
            fail(name, "\(error)", startFault)
        }
    }

    /// Says why on standard error, and ends the process.
    public static func fail(_ name: String, _ problem: String, _ code: Int32) -> Never {
        StandardError.write("\(name): \(problem)")
        exit(code)
    }
}

extension ConfigurationReader {
    /// Over this process's environment and files.
    static var process: ConfigurationReader {
        ConfigurationReader(
            variable: { name in getenv(name).map { String(cString: $0) } },
            file: { path in readFile(path, limit: 65_536).map { String(decoding: $0, as: UTF8.self) } })
    }
}
