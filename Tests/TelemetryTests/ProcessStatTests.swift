import Support
import Testing

@testable import Telemetry

@Suite struct ProcessStatTests {
    private let line =
        "42 (a (b) c d) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 7 0 12345 987654321 456 18446744073709551615 1"

    @Test func readsTheFieldsAfterAnyName() {
        let stat = ProcessStat(line)
        #expect(stat?.ticks == 300)
        #expect(stat?.threads == 7)
        #expect(stat?.startTicks == 12_345)
        #expect(stat?.virtualBytes == 987_654_321)
        #expect(stat?.residentPages == 456)
    }

    @Test func refusesWhatIsNoSuchLine() {
        #expect(ProcessStat("") == nil)
        #expect(ProcessStat("42 (x) S 1") == nil)
        #expect(ProcessStat("42 (x") == nil)
    }

    @Test func survivesDamage() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2_000 {
            var bytes = Array(line.utf8)
            for _ in 0..<4 {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...127, using: &generator)
            }
            _ = ProcessStat(
                String(decoding: bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)), as: UTF8.self))
        }
    }
}
