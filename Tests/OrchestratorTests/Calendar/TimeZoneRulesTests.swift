import Contracts
import Foundation
import Support
import Testing

@testable import orchestrator

@Suite struct TimeZoneRulesTests {
    /// Foundation's zones (with ICU, as linked into tests) are the reference.
    @Test(arguments: [
        "Europe/Madrid", "Europe/Lisbon", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "America/New_York",
        "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "UTC", "Pacific/Auckland",
    ])
    func agreesWithFoundationHourByHour(_ zone: String) throws {
        let rules = try TimeZoneRules(identifier: zone)
        let reference = try #require(TimeZone(identifier: zone))
        var instant = 1_600_000_000
        while instant < 2_600_000_000 {
            let expected = reference.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant)))
            #expect(rules.offset(at: instant) == expected, "\(zone) at \(instant)")
            instant += 3_600 * 37
        }
    }

    @Test func theClockShowsTheHotelsDayNotTheServers() throws {
        let madrid = try TimeZoneRules(identifier: "Europe/Madrid")
        // 2026-11-23 23:30 UTC is half past midnight of the 24th in Madrid.
        let clock = madrid.wallClock(at: 1_795_476_600)
        #expect(clock.date.description == "2026-11-24")
        #expect(clock.minuteOfDay == 30)
    }

    @Test(arguments: [
        "", "/etc/passwd", "../../etc/passwd", "Europe/../Europe/Madrid", "Europe//Madrid", "Nowhere/City",
    ])
    func refusesWhatIsNoZone(_ name: String) {
        #expect(throws: TimeZoneError.self) { try TimeZoneRules(identifier: name) }
    }

    @Test func brokenFilesAreErrorsAndNeverTraps() throws {
        let file = try [UInt8](Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/Europe/Madrid")))
        for length in 0..<min(file.count, 400) {
            #expect(throws: TimeZoneError.self) { try TimeZoneRules(bytes: Array(file[..<length])) }
        }
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<3_000 {
            var broken = file
            for _ in 0..<4 {
                broken[Int.random(in: 0..<broken.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            _ = (try? TimeZoneRules(bytes: broken))?.offset(at: 1_800_000_000)
        }
    }

    @Test(arguments: [
        "CET", "CET-", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "<+03", "CET-99999",
        "CET-1CEST,M3.5.0,M10.5.0x",
    ])
    func refusesBrokenRules(_ rule: String) {
        #expect(throws: TimeZoneError.self) { try PosixTimeZone(rule) }
    }
}
