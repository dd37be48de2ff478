import Support
import Testing

@testable import Wire

@Suite struct RendezvousTests {
    private let instances = ["a1", "b2", "c3", "d4"]

    /// The first 16 digits of `printf 'conversation|a1' | sha256sum`.
    @Test func theWeightIsTheStartOfTheHash() {
        #expect(Rendezvous.weight("conversation", "a1") == 0xE472_8CBB_972B_8D58)
    }

    @Test func theOrderOfTheInstancesDoesNotMatter() {
        for key in (0..<100).map(String.init) {
            let choice = Rendezvous.choose(key, among: instances)
            #expect(choice == Rendezvous.choose(key, among: instances.reversed()))
        }
        #expect(Rendezvous.choose("key", among: [String]()) == nil)
    }

    @Test func whenAnInstanceGoesOnlyItsOwnKeysMoveAndTheyComeBackWithIt() {
        for key in (0..<1_000).map(String.init) {
            let before = Rendezvous.choose(key, among: instances)
            let after = Rendezvous.choose(key, among: instances.filter { $0 != "b2" })
            if before != "b2" { #expect(after == before) } else { #expect(after != "b2") }
        }
    }

    @Test func everyInstanceGetsItsShare() {
        let choices = (0..<4_000).compactMap { Rendezvous.choose("conversation \($0)", among: instances) }
        for instance in instances { #expect((850...1_150).contains(choices.count { $0 == instance })) }
    }
}

@Suite struct BalancerTests {
    private func candidates(_ loads: [Int]) -> [Balancer.Candidate] {
        loads.enumerated().map { Balancer.Candidate(instance: "i\($0.offset)", load: $0.element) }
    }

    @Test func theMostLoadedOfManyGetsNothingAndTheOthersShare() {
        var generator = SeededGenerator(seed: 41)
        var counts = [0, 0, 0, 0]
        for _ in 0..<4_000 {
            let index = Balancer.pick(candidates([1, 9, 1, 1]), affinity: nil, using: &generator)
            counts[index ?? 1] += 1
        }
        #expect(counts[1] == 0)
        for index in [0, 2, 3] { #expect(counts[index] > 1_000) }
    }

    @Test func affinityNamesOneWhateverItsLoad() {
        var generator = SeededGenerator(seed: 42)
        let loaded = Balancer.pick(candidates([0, 99, 0]), affinity: "guest 7", using: &generator)
        #expect(loaded == Balancer.pick(candidates([99, 0, 99]), affinity: "guest 7", using: &generator))
    }

    @Test func oneIsTakenAndNoneIsNone() {
        var generator = SeededGenerator(seed: 43)
        #expect(Balancer.pick(candidates([5]), affinity: "x", using: &generator) == 0)
        #expect(Balancer.pick([], affinity: nil, using: &generator) == nil)
    }
}
