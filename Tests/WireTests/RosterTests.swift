import Loop
import Support
import Testing

@testable import Wire

@Suite struct RosterTests {
    private let a = SocketAddress.ipv4([10, 0, 0, 1], port: 7_003)
    private let b = SocketAddress.ipv4([10, 0, 0, 2], port: 7_003)

    private func at(_ milliseconds: Int) -> MonotonicTime {
        MonotonicTime(nanoseconds: Int64(milliseconds) * 1_000_000)
    }

    @Test func everyAddressIsTriedOnceAtATime() {
        var roster = Roster(.standard)
        roster.resolved([a, b], at: at(0))
        #expect(Set(roster.due(at: at(0))) == [a, b])
        roster.resolved([b, a], at: at(1_000))
        #expect(roster.due(at: at(1_000)).isEmpty)
    }

    @Test func anAddressThatFailsWaitsLongerEachTime() {
        var roster = Roster(.standard)
        var generator = SeededGenerator(seed: 61)
        roster.resolved([a], at: at(0))
        var now = at(0)
        for failure in 0..<20 {
            #expect(roster.due(at: now) == [a])
            roster.ended(a, at: now, using: &generator)
            guard case .idle(let next) = roster.place(of: a) else {
                Issue.record("not idle")
                return
            }
            #expect(next >= now)
            #expect(next <= now + FullJitter(base: .milliseconds(50), cap: .seconds(1)).ceiling(failure))
            #expect(roster.nextTry == next)
            now = next
        }
    }

    @Test func twoAddressesOfOneInstanceKeepOneConnection() {
        var roster = Roster(.standard)
        var generator = SeededGenerator(seed: 61)
        roster.resolved([a, b], at: at(0))
        _ = roster.due(at: at(0))
        #expect(roster.opened(a, "one", at: at(1)) == true)
        #expect(roster.opened(b, "one", at: at(2)) == false)
        roster.ended(b, at: at(3), using: &generator)
        #expect(roster.due(at: at(1_000)).isEmpty)
        // When the connection goes, both ways are open again, the other one at once.
        roster.ended(a, at: at(2_000), using: &generator)
        #expect(roster.due(at: at(2_000)).contains(b))
    }

    @Test func anAliasIsLookedAtAgainBecauseAddressesAreHandedOn() {
        var roster = Roster(.standard)
        roster.resolved([a, b], at: at(0))
        _ = roster.due(at: at(0))
        #expect(roster.opened(a, "one", at: at(0)) == true)
        #expect(roster.opened(b, "one", at: at(0)) == false)
        #expect(roster.due(at: at(29_999)).isEmpty)
        #expect(roster.due(at: at(30_000)) == [b])
        #expect(roster.opened(b, "two", at: at(30_001)) == true)
    }

    @Test func anAddressThatTheNameLostIsNotTriedAgainButItsConnectionIsKept() {
        var roster = Roster(.standard)
        var generator = SeededGenerator(seed: 61)
        roster.resolved([a, b], at: at(0))
        _ = roster.due(at: at(0))
        #expect(roster.opened(a, "one", at: at(0)) == true)
        roster.ended(b, at: at(0), using: &generator)
        roster.resolved([], at: at(1_000))
        #expect(roster.place(of: a) == .carries(instance: "one", since: at(0)))
        #expect(roster.place(of: b) == nil)
        roster.ended(a, at: at(2_000), using: &generator)
        #expect(roster.place(of: a) == nil)
        #expect(roster.nextTry == nil)
    }

    @Test func aConnectionThatLivedForgivesEarlierFailures() {
        var roster = Roster(.standard)
        var generator = SeededGenerator(seed: 61)
        roster.resolved([a], at: at(0))
        for _ in 0..<10 {
            _ = roster.due(at: at(0) + .seconds(100_000))
            roster.ended(a, at: at(0), using: &generator)
        }
        _ = roster.due(at: at(10_000))
        #expect(roster.opened(a, "one", at: at(10_000)) == true)
        roster.ended(a, at: at(20_000), using: &generator)
        guard case .idle(let next) = roster.place(of: a) else {
            Issue.record("not idle")
            return
        }
        #expect(next <= at(20_050))
    }

    @Test func noMoreAddressesAreKeptThanTheLimit() {
        var roster = Roster(.standard)
        roster.resolved((0..<2_000).map { .ipv4([10, 0, UInt8($0 / 256), UInt8($0 % 256)], port: 1) }, at: at(0))
        #expect(roster.addressCount == 256)
    }
}
