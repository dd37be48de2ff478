/// What the stretches read so far come to.
struct PartyTally {
    var adults: Int?
    /// People of whom it is not said whether they are adults.
    var people: Int?
    var ages: [Int] = []
    var childrenWithoutAge = 0
    /// The number of people named counts the children as well.
    var peopleIncludeChildren = false
    var ranges: [Range<Int>] = []

    var children: Int { ages.count + childrenWithoutAge }

    var entity: Entity? {
        var adults = adults ?? people
        if self.adults == nil, peopleIncludeChildren, let people, people > children { adults = people - children }
        guard adults != nil || children > 0 else { return nil }
        return .party(adults: adults, children: ages, childrenWithoutAge: childrenWithoutAge)
    }
}
