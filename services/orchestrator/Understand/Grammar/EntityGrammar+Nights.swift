/// How many nights: "dos noches", "for a week", "one more night", "mais 2 noites".
extension EntityGrammar {
    // MARK: Nights

    /// "dos noches", "for a week", "one more night", "otra noche", "mais 2 noites"
    func nights(at index: Int) -> StayPiece? {
        var next = index
        var isMore = false
        if isIn(Lexicon.moreWords, next) {
            isMore = true
            next += 1
        }
        let amount: Int
        if isIn(Lexicon.anotherWords, next) {
            isMore = true
            next += 1
            if let number = number(at: next) {
                (amount, next) = number
            } else {
                amount = 1
            }
        } else if let number = number(at: next) {
            (amount, next) = number
        } else if ["a", "an"].contains(text(next)),
            isIn(Lexicon.weekWords, next + 1) || isIn(Lexicon.nightWords, next + 1)
        {
            (amount, next) = (1, next + 1)
        } else if text(next) == "extra", isIn(Lexicon.nightWords, next + 1) {
            amount = 1
        } else {
            return answeredNights(at: index)
        }
        if isIn(Lexicon.moreWords, next) {
            isMore = true
            next += 1
        }
        let scale: Int
        if isIn(Lexicon.nightWords, next) {
            scale = 1
        } else if isIn(Lexicon.weekWords, next) {
            scale = 7
        } else {
            return answeredNights(at: index)
        }
        next += 1
        if isIn(Lexicon.moreWords, next) {
            isMore = true
            next += 1
        }
        let total = min(amount, 10_000) * scale
        return StayPiece(part: isMore ? .moreNights(total) : .nights(total), range: index..<next)
    }

    /// "Dos" when nights were asked for.
    func answeredNights(at index: Int) -> StayPiece? {
        guard context.expecting == .nights, let (amount, next) = number(at: index), isWholeClause(index..<next)
        else { return nil }
        return StayPiece(part: .nights(min(amount, 10_000)), range: index..<next)
    }

    /// Whether a clause holds nothing but these tokens and small words around them.
    func isWholeClause(_ range: Range<Int>) -> Bool {
        let clause = clause(around: range.lowerBound)
        guard range.upperBound <= clause.upperBound, clause.count - range.count <= 3 else { return false }
        return clause.allSatisfy { range.contains($0) || isIn(Self.smallWords, $0) }
    }

    static let smallWords = Lexicon.set(
        """
        solo only just apenas so por for para x mejor better no si yes sim nao ok pues bueno well seria serian would be sao son \
        son: please porfavor favor y and e then entonces entao pra the la el
        """)
}
