/// Kinds of rooms and how many of them.
extension EntityGrammar {
    mutating func readRooms() {
        var index = 0
        while index < count {
            if let end = roomCount(at: index) {
                index = end
            } else if let end = category(at: index) {
                index = end
            } else {
                index += 1
            }
        }
    }

    /// "3 habitaciones", "dos dobles", "two rooms". One room is what everybody wants: it is not said.
    private mutating func roomCount(at index: Int) -> Int? {
        guard let (amount, next) = number(at: index), amount <= 1000 else { return nil }
        if isIn(Lexicon.beds, next) {
            guard amount == 2 else { return next }
            claim(.room, index..<next + 1, .roomType("twin"))
            return next + 1
        }
        var noun = next
        while noun < next + 2, Lexicon.categories[text(noun)] != nil { noun += 1 }
        let isRooms = isIn(Lexicon.rooms, noun)
        if !isRooms, isIn(Lexicon.beds, noun), amount == 2 {
            claim(.room, index..<noun + 1, .roomType("twin"))
            return noun + 1
        }
        let isPlural = noun > next && text(noun - 1).hasSuffix("s")
        guard isRooms || isPlural, amount >= 2 else { return nil }
        claim(.rooms, isRooms && noun == next ? index..<noun + 1 : index..<next, .rooms(amount))
        return next
    }

    private mutating func category(at index: Int) -> Int? {
        guard isWord(index) else { return nil }
        if let (category, end) = bedding(at: index) {
            claim(.room, index..<end, .roomType(category))
            return end
        }
        var end = index
        var named: [String] = []
        while let category = Lexicon.categories[text(end)] {
            named.append(category)
            end += 1
        }
        if named.isEmpty, let category = Lexicon.categoriesBesideRoom[text(index)], standsBesideRoom(index) {
            named = [category]
            end = index + 1
        }
        guard let first = named.first, !isOtherSense(index, category: first) else { return nil }
        let category = named.first { $0 == "superior" } ?? named.first { $0 == "suite" } ?? first
        claim(.room, index..<end, .roomType(category))
        return end
    }

    /// "camas separadas", "twin beds", "cama de matrimonio", "quarto de casal"
    private func bedding(at index: Int) -> (String, Int)? {
        Self.beddings.match(self, at: index).map { ($0.value, index + $0.length) }
    }

    private static let beddings = PhraseTable<String>([
        ("camas separadas", "twin"), ("camas individuales", "twin"), ("camas individuais", "twin"),
        ("camas gemelas", "twin"), ("camas de solteiro", "twin"), ("camas simples", "twin"), ("twin beds", "twin"),
        ("separate beds", "twin"), ("single beds", "twin"), ("cama doble", "double"), ("cama matrimonial", "double"),
        ("cama de matrimonio", "double"), ("cama de casal", "double"), ("cama grande", "double"),
        ("double bed", "double"), ("king bed", "double"), ("queen bed", "double"), ("king size", "double"),
        ("queen size", "double"), ("de casal", "double"), ("de matrimonio", "double"), ("de solteiro", "single"),
        ("cama de solteiro", "single"), ("single bed", "single"), ("cama individual", "single"),
    ])

    private func standsBesideRoom(_ index: Int) -> Bool {
        if isIn(Lexicon.rooms, index - 1) || isIn(Lexicon.rooms, index + 1) { return true }
        if ["de", "para"].contains(text(index - 1)), isIn(Lexicon.rooms, index - 2) { return true }
        let isNoun = ["una", "la", "uma", "a", "otra", "outra", "the"].contains(text(index - 1))
        let ends =
            !isWord(index + 1)
            || ["del", "de", "para", "por", "one", "from", "for", "please"].contains(text(index + 1))
        let isNamed =
            text(index) != "familia" && text(index) != "family" || text(index + 1) == "one"
            || context.expecting == .choice
        return isNoun && ends && isNamed
    }

    /// "el doble de caro", "un familiar", "double check", "not a single …"
    private func isOtherSense(_ index: Int, category: String) -> Bool {
        switch text(index) {
        case "doble": return text(index - 1) == "el" && text(index + 1) == "de"
        case "twin", "twins", "gemelas": return context.expecting == .childrenAges
        case "double": return ["check", "checking", "booked", "booking", "charged"].contains(text(index + 1))
        case "familiar": return ["un", "algun", "um", "algum", "with", "am"].contains(text(index - 1))
        case "single": return text(index - 2) == "not" || text(index - 1) == "every"
        case "suit": return text(index - 1) != "a" && text(index - 1) != "the"
        default: return false
        }
    }
}
