import Servers
import Testing

extension EndToEnd {
    @Suite struct SettingsTests {
        /// Every compulsory setting.
        private static let compulsory: [String: [String]] = [
            "gateway": [
                "WIRE_SECRET", "POSTGRES_URL", "REDIS_URL", "SECRET_KEY", "WHATSAPP_APP_SECRET",
                "WHATSAPP_VERIFY_TOKEN",
            ],
            "orchestrator": ["WIRE_SECRET", "POSTGRES_URL"], "pms-adapter": ["WIRE_SECRET", "POSTGRES_URL"],
            "tts": ["WIRE_SECRET", "POSTGRES_URL"],
            "notifier": ["WIRE_SECRET", "POSTGRES_URL", "REDIS_URL", "WHATSAPP_ACCESS_TOKEN"],
        ]

        @Test(arguments: compulsory.keys.sorted())
        func aServiceWithoutItsSettingsNamesThemAllAndEndsWith78(_ service: String) async throws {
            let process = try ServiceProcess(service, environment: ["LOG_LEVEL": "LOUD"])
            #expect(await process.waitForExit() == 78)
            let said = process.lines.joined(separator: "\n")
            for name in try #require(Self.compulsory[service]) + ["LOG_LEVEL"] {
                #expect(said.contains("\(name) "), "\(said)")
            }
        }

        @Test(arguments: compulsory.keys.sorted(), ["staging", "production"])
        func aServiceWithPlaceholdersNamesThemAllAndEndsWith78(_ service: String, in environment: String) async throws {
            let names = try #require(Self.compulsory[service])
            var settings = ["ENVIRONMENT": environment]
            for name in names { settings[name] = "REPLACE_WITH_a_value_that_is_long_enough_for_this" }
            let process = try ServiceProcess(service, environment: settings)
            #expect(await process.waitForExit() == 78)
            let said = process.lines.joined(separator: "\n")
            for name in names { #expect(said.contains("\(name) still holds a placeholder"), "\(said)") }
        }
    }
}
