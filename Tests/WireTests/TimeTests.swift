import Support
import Testing

@testable import Wire

private func at(_ milliseconds: Int) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(milliseconds) * 1_000_000) }

@Suite struct KeepAliveTests {
    @Test func asksAfterFiveSecondsOfSilenceAndGivesUpAfterFiveMore() {
        var keepAlive = KeepAlive(.standard, now: at(0))
        #expect(keepAlive.look(at: at(0)) == .wait(until: at(5_000)))
        keepAlive.heard(at: at(3_000))
        #expect(keepAlive.look(at: at(5_000)) == .wait(until: at(8_000)))
        #expect(keepAlive.look(at: at(8_000)) == .ping(1, until: at(13_000)))
        #expect(keepAlive.look(at: at(12_999)) == .wait(until: at(13_000)))
        #expect(keepAlive.look(at: at(13_000)) == .giveUp)
    }

    @Test func anythingThatIsHeardIsASignOfLife() {
        var keepAlive = KeepAlive(.standard, now: at(0))
        #expect(keepAlive.look(at: at(5_000)) == .ping(1, until: at(10_000)))
        keepAlive.heard(at: at(9_000))
        #expect(keepAlive.look(at: at(10_000)) == .wait(until: at(14_000)))
        #expect(keepAlive.look(at: at(14_000)) == .ping(2, until: at(19_000)))
    }
}

@Suite struct DeadlineTableTests {
    @Test func whatIsOverComesOutOnceEarliestFirstAndNeverLate() {
        var generator = SeededGenerator(seed: 51)
        var table = DeadlineTable()
        var model: [Int: Int] = [:]
        for now in 0..<2_000 {
            let deadline = now + Int.random(in: 1...300, using: &generator)
            table.insert(now, until: at(deadline))
            model[now] = deadline
            if let gone = model.keys.randomElement(using: &generator), Bool.random(using: &generator) {
                #expect(table.remove(gone) == true)
                #expect(table.remove(gone) == false)
                model[gone] = nil
            }
            if let look = table.nextLook, let earliest = model.values.min() { #expect(look <= at(earliest)) }
            guard now % 7 == 0 else { continue }
            let over = table.expire(at: at(now))
            #expect(Set(over) == Set(model.filter { $0.value <= now }.keys))
            #expect(over.compactMap { model[$0] } == over.compactMap { model[$0] }.sorted())
            for id in over { model[id] = nil }
            #expect(table.count == model.count)
        }
    }
}

@Suite struct MonotonicTimeTests {
    @Test func noDurationOverflowsAndWholeMillisecondsAreRoundedDown() {
        #expect(at(0) + .seconds(Int64.max) == at(31_536_000_000))
        #expect((at(10) - at(3)) == .milliseconds(7))
        #expect(Duration.microseconds(1_999).wholeMilliseconds == 1)
        #expect(Duration.microseconds(999).wholeMilliseconds == 0)
    }
}
