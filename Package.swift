// swift-tools-version: 6.2
import PackageDescription

/// Every target: Swift 6 language mode with complete concurrency checking, and async functions that stay on their
/// caller's executor, so that a call inside one event loop costs no thread hop.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// A module that services share; it may depend only on those listed before it.
func shared(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "shared/\(name)", resources: resources, swiftSettings: settings)
}

func service(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .executableTarget(
        name: name, dependencies: ["Loop", "JSON", "Telemetry", "Wire", "ServiceKit", "Contracts"] + dependencies,
        path: "services/\(name)", resources: resources, swiftSettings: settings)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["Support"], path: "Tests/\(name)", exclude: exclude,
        resources: resources,
        swiftSettings: settings)
}

let package = Package(
    name: "agente-hotel",
    targets: [
        .systemLibrary(name: "CLinux", path: "shared/CLinux"),
        .systemLibrary(
            name: "CPostgres", path: "shared/CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CRedis", path: "shared/CRedis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CSpeech", path: "shared/CSpeech", providers: [.apt(["libespeak-ng-dev"])]),
        .systemLibrary(name: "CCurl", path: "shared/CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CCrypto", path: "shared/CCrypto", providers: [.apt(["libssl-dev"])]),

        shared("Loop", ["CLinux"]),
        shared("JSON"),
        shared("Crypto", ["CCrypto"]),
        shared("Telemetry", ["JSON", "CLinux"]),
        shared("Wire", ["Loop", "JSON", "Crypto", "Telemetry", "CLinux"]),
        shared("HTTP", ["Loop", "JSON", "Telemetry", "CLinux", "CCurl"]),
        shared("Postgres", ["Loop", "JSON", "Crypto", "Telemetry", "CLinux", "CPostgres"]),
        shared("Redis", ["Loop", "Telemetry", "CLinux", "CRedis"]),
        shared("ServiceKit", ["Loop", "JSON", "Telemetry", "Wire", "HTTP", "Postgres", "Redis", "Crypto", "CLinux"]),
        shared("Contracts", ["JSON", "Wire", "Postgres"], resources: [.embedInCode("Schema")]),

        service("gateway", ["HTTP", "Postgres", "Redis", "Crypto"], resources: [.embedInCode("Assets")]),
        service(
            "orchestrator", ["Postgres", "Crypto", "CLinux"],
            resources: [
                .embedInCode("Templates/es.txt"), .embedInCode("Templates/en.txt"), .embedInCode("Templates/pt.txt"),
                .embedInCode("Understand/Phrases/phrases-es.txt"), .embedInCode("Understand/Phrases/phrases-en.txt"),
                .embedInCode("Understand/Phrases/phrases-pt.txt"),
            ]),
        service(
            "pms-adapter", ["Postgres"],
            resources: [
                .embedInCode("Example/miramar.json"), .embedInCode("Example/es.txt"), .embedInCode("Example/en.txt"),
                .embedInCode("Example/pt.txt"),
            ]),
        service("tts", ["HTTP", "Postgres", "CSpeech"]),
        service("notifier", ["HTTP", "Postgres", "Redis"]),

        .target(name: "Support", path: "Tests/Support/Basics", swiftSettings: settings),
        .target(
            name: "Servers",
            dependencies: [
                "Support", "Loop", "JSON", "Telemetry", "Wire", "HTTP", "Postgres", "Redis", "Contracts", "Crypto",
                "CLinux",
            ],
            path: "Tests/Support/Servers", swiftSettings: settings),
        tests("LoopTests", ["Loop", "CLinux"]),
        tests("JSONTests", ["JSON"]),
        tests("CryptoTests", ["Crypto"]),
        tests("TelemetryTests", ["Telemetry", "JSON"]),
        tests("WireTests", ["Wire", "Loop", "JSON", "Telemetry", "CLinux"]),
        tests("HTTPTests", ["HTTP", "Loop", "JSON", "Telemetry", "CLinux"]),
        tests("PostgresTests", ["Postgres", "Loop", "Telemetry", "Servers"]),
        tests("RedisTests", ["Redis", "Loop", "Telemetry", "Servers"]),
        tests("ServiceKitTests", ["ServiceKit", "Loop", "HTTP", "Telemetry", "Servers"]),
        tests("ContractsTests", ["Contracts", "JSON", "Postgres"]),
        tests(
            "GatewayTests",
            ["gateway", "Loop", "HTTP", "JSON", "Telemetry", "Postgres", "Redis", "Contracts", "Servers"]),
        tests(
            "OrchestratorTests",
            ["orchestrator", "Loop", "JSON", "Telemetry", "Wire", "Postgres", "Contracts", "Servers"],
            exclude: ["Decide/Conversations", "Understand/Cases"]),
        tests(
            "PMSAdapterTests", ["pms-adapter", "Loop", "Telemetry", "Wire", "Postgres", "Contracts", "Servers"]),
        tests("TTSTests", ["tts", "HTTP", "Postgres", "Contracts", "Servers"]),
        tests("NotifierTests", ["notifier", "HTTP", "JSON", "Postgres", "Redis", "Contracts", "Servers"]),
        tests("EndToEnd", ["HTTP", "JSON", "Postgres", "Redis", "Contracts", "Servers"]),
        tests("Browser", ["HTTP", "JSON", "Loop", "Postgres", "Telemetry", "Servers"]),
        tests("Chaos", ["Loop", "HTTP", "JSON", "Postgres", "Redis", "Contracts", "Servers"]),
        .executableTarget(
            name: "Benchmarks",
            dependencies: ["Servers", "Loop", "JSON", "Wire", "HTTP", "Postgres", "Redis", "Contracts", "CLinux"],
            path: "Tests/Benchmarks", swiftSettings: settings),
    ]
)
