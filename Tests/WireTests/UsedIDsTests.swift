import Support
import Testing

@testable import Wire

@Suite struct UsedIDsTests {
    @Test func anIDIsFreshOnceInWhateverOrderTheyCome() {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<50 {
            var used = UsedIDs()
            var model: Set<Int> = []
            for _ in 0..<400 {
                let id = Int.random(in: 1...200, using: &generator)
                #expect(used.use(id) == (model.insert(id).inserted ? .fresh : .used))
            }
        }
    }

    @Test func aMillionIDsThatCountUpAreNoBurden() {
        var used = UsedIDs()
        for id in 1...1_000_000 { #expect(used.use(id) == .fresh) }
        #expect(used.use(500_000) == .used)
        #expect(used.use(UsedIDs.largest) == .fresh)
    }

    @Test func idsThatSkipAboutAreBounded() {
        var used = UsedIDs()
        for step in 0..<UsedIDs.rangesAtMost { #expect(used.use(1 + step * 2) == .fresh) }
        #expect(used.use(1_000_000) == .tooScattered)
        #expect(used.use(2) == .fresh)
    }
}
