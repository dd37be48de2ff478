import Contracts

/// From days to stays: ranges, a day of arrival, "until Sunday", nights, and what they come to together.
extension EntityGrammar {
    private var resolver: DateResolver { DateResolver(today: context.today) }

    mutating func readStays() {
        var pieces: [StayPiece] = []
        var index = 0
        while index < count {
            if let piece = piece(at: index, after: pieces.last) {
                pieces.append(piece)
                for claimed in piece.range { markRead(claimed) }
                index = piece.range.upperBound
            } else {
                index += 1
            }
            if pieces.count >= Self.maximumEntities { break }
        }
        claim(joined(pieces))
    }

    private func piece(at index: Int, after previous: StayPiece?) -> StayPiece? {
        guard !text(index).isEmpty else { return nil }
        return range(at: index) ?? departure(at: index) ?? nights(at: index) ?? lone(at: index, after: previous)
    }

    // MARK: Ranges

    private func range(at index: Int) -> StayPiece? {
        var start = index
        var isOpened = false
        var isBetween = false
        while start < index + 3, isIn(Lexicon.openers, start) {
            isBetween = isBetween || text(start) == "entre" || text(start) == "between"
            isOpened = true
            start += 1
        }
        // An opener may be part of the day itself ("dia 3").
        for from in isOpened ? [start, index] : [index] {
            guard let first = date(at: from, allowsBare: true) else { continue }
            if let piece = range(from: first, opened: isOpened, between: isBetween, at: index) { return piece }
        }
        return nil
    }

    private func range(from first: DateExpression, opened: Bool, between: Bool, at index: Int) -> StayPiece? {
        var next = first.range.upperBound
        if text(next) == ",", !text(next + 1).isEmpty, text(next + 1) != "y" { next += 1 }
        let connector = text(next)
        let isConnector =
            Lexicon.connectors.contains(connector)
            || ((between || first.isBare) && ["y", "and", "e"].contains(connector))
            || (between && connector == "&")
        guard isConnector else { return nil }
        next += 1
        while next < first.range.upperBound + 4, ["el", "o", "a", "the", "dia", "al"].contains(text(next)),
            date(at: next, allowsBare: true) == nil
        {
            next += 1
        }
        guard let second = date(at: next, allowsBare: true) else { return nil }
        let isAnd = ["y", "and", "e", "&"].contains(connector)
        if isAnd, !between {
            // "3 y 5 de diciembre" names days only with their month, "5 y 8" are ages.
            guard second.hasMonth, opened else { return nil }
        }
        if first.isBare, second.isBare {
            let isDays = ["al", "ao"].contains(connector) || opened || context.expecting == .dates
            guard isDays, !isUnit(second.range.upperBound), !isTimeContext(index) else { return nil }
        }
        if ["a", "to"].contains(connector), !opened, !first.isBare, isBareNumber(second),
            isUnit(second.range.upperBound)
        {
            return nil
        }
        let range = index..<second.range.upperBound
        switch resolver.resolve(from: first.form, to: second.form) {
        case .stay(let checkIn, let checkOut): return StayPiece(part: .whole(checkIn, checkOut), range: range)
        case .day(let day): return StayPiece(part: .arrival(day), range: range)
        case .impossible: return StayPiece(part: .impossible(impossibleWords(first, second)), range: range)
        }
    }

    private func isBareNumber(_ expression: DateExpression) -> Bool { expression.isBare }

    /// "abierto de 7 a 10", "desayuno de 8 a 11"
    private func isTimeContext(_ index: Int) -> Bool {
        let lower = max(0, index - 12)
        return (lower..<max(lower, clause(around: index).upperBound)).contains { isIn(Self.timeContext, $0) }
    }

    private static let timeContext = Lexicon.set(
        "desayuno breakfast horario horas hora abierto open cafe pequeno almoco edades anos years aged ages idades hours hour"
    )

    private func impossibleWords(_ first: DateExpression, _ second: DateExpression) -> String {
        if case .impossible = resolver.resolve(first.form) { return words.original(first.core) }
        return words.original(second.core)
    }

    // MARK: One end

    /// "hasta el domingo", "until the 6th"
    private func departure(at index: Int) -> StayPiece? {
        guard isIn(Lexicon.untils, index), let end = date(at: index + 1, allowsBare: true) else { return nil }
        if end.isBare, isUnit(end.range.upperBound) { return nil }
        // "Hasta mañana" and "até segunda" are goodbyes where nothing was said of a stay.
        let isFarewell =
            clause(around: index).lowerBound == index && end.range.upperBound >= clause(around: index).upperBound
        if isFarewell, context.checkIn == nil, context.expecting != .dates { return nil }
        if isFarewell, matches(["manana"], at: index + 1) || matches(["amanha"], at: index + 1),
            ![.dates, .nights].contains(context.expecting)
        {
            return nil
        }
        return StayPiece(part: .departure(end.form), range: index..<end.range.upperBound)
    }

    private func lone(at index: Int, after previous: StayPiece?) -> StayPiece? {
        // "Until Sunday" names no arrival.
        guard !isIn(Lexicon.untils, index - 1),
            !(isIn(Lexicon.untils, index - 2) && isIn(Lexicon.dateArticles, index - 1))
        else { return nil }
        let isAnswer = [.dates, .nights].contains(context.expecting)
        var start = index
        while start < index + 2, isIn(Lexicon.openers, start), start + 1 < count { start += 1 }
        let candidates = start > index ? [index, start] : [index]
        var found: DateExpression?
        for candidate in candidates where found == nil {
            // "Desde el 4" is a day also where "el 4" would be a choice.
            let isOpened = candidate > index && ["desde", "from"].contains(text(candidate - 1))
            found = date(at: candidate, allowsBare: isOpened)
            if let day = found { found = day.starting(at: index) }
        }
        if found == nil, isAnswer, isWholeMessage(index), let bare = date(at: index, allowsBare: true) {
            // "2" is nights when nights were asked for, "el 5" is a day.
            if !(context.expecting == .nights && bare.isBare) { found = bare }
        }
        guard let day = found else { return nil }
        let range = day.range
        if isDeparture(index, after: previous) { return StayPiece(part: .departure(day.form), range: range) }
        if case .night(let date) = day.form { return StayPiece(part: .tonight(date), range: range) }
        // A day told when nights were asked for is the day of departure.
        let arrival = context.expecting == .nights ? context.checkIn : nil
        switch resolver.resolve(day.form, after: arrival) {
        case .day(let date): return StayPiece(part: .arrival(date), range: range)
        case .stay(let checkIn, let checkOut): return StayPiece(part: .whole(checkIn, checkOut), range: range)
        case .impossible: return StayPiece(part: .impossible(words.original(day.core)), range: range)
        }
    }

    private func isWholeMessage(_ index: Int) -> Bool {
        let clause = clause(around: index)
        return clause.lowerBound == index && words.tokens[..<index].allSatisfy { $0.kind == .symbol }
            && words.tokens[clause.upperBound...].allSatisfy { $0.kind == .symbol } && clause.count <= 3
    }

    /// "… y nos vamos el domingo", "check out 5/12"
    private func isDeparture(_ index: Int, after previous: StayPiece?) -> Bool {
        guard previous != nil || context.checkIn != nil else { return false }
        let floor = max(previous?.range.upperBound ?? 0, index - 4)
        guard floor < index else { return false }
        return (floor..<index).contains { isIn(Lexicon.leaveWords, $0) }
    }

    // MARK: Together

    private func joined(_ pieces: [StayPiece]) -> [StayPiece] {
        var result: [StayPiece] = []
        for piece in pieces {
            let last = result.indices.last
            switch (piece.part, result.last?.part) {
            case (.departure(let form), .arrival(let checkIn)?), (.departure(let form), .tonight(let checkIn)?):
                let whole = stay(from: checkIn, to: form, replacing: result.removeLast(), by: piece)
                result += [whole, StayPiece(part: .absorbed(.dates), range: piece.range)]
            case (.nights(let nights), .arrival(let checkIn)?), (.nights(let nights), .tonight(let checkIn)?):
                let arrival = result.removeLast()
                result.append(StayPiece(part: .whole(checkIn, checkIn.adding(days: nights)), range: arrival.range))
                result.append(StayPiece(part: .absorbed(.nights), range: piece.range))
            case (.arrival(let checkIn), .nights(let nights)?), (.tonight(let checkIn), .nights(let nights)?):
                if let last { result[last].part = .absorbed(.nights) }
                result.append(StayPiece(part: .whole(checkIn, checkIn.adding(days: nights)), range: piece.range))
            case (.nights, .whole?): result.append(StayPiece(part: .absorbed(.nights), range: piece.range))
            case (.moreNights, .whole?): result.append(StayPiece(part: .absorbed(.longer), range: piece.range))
            case (.whole, .nights?):
                if let last { result[last].part = .absorbed(.nights) }
                result.append(piece)
            case (.whole, .moreNights?):
                if let last { result[last].part = .absorbed(.longer) }
                result.append(piece)
            case (.departure(let form), .moreNights?):
                // "One more night, until the 6th"
                if let last { result[last].part = .absorbed(.longer) }
                result.append(departing(form, piece))
            case (.departure(let form), .nights?):
                if let last { result[last].part = .absorbed(.nights) }
                result.append(departing(form, piece))
            case (.departure(let form), _): result.append(departing(form, piece))
            default: result.append(piece)
            }
        }
        return result
    }

    private func stay(
        from checkIn: LocalDate, to form: DateExpression.Form, replacing first: StayPiece, by second: StayPiece
    ) -> StayPiece {
        guard case .stay(let checkIn, let checkOut) = resolver.resolve(from: .day(checkIn), to: form) else {
            return StayPiece(part: .impossible(words.original(second.range)), range: first.range)
        }
        return StayPiece(part: .whole(checkIn, checkOut), range: first.range)
    }

    /// A departure with the arrival that is known already; as it is without one.
    private func departing(_ form: DateExpression.Form, _ piece: StayPiece) -> StayPiece {
        guard let checkIn = context.checkIn else { return piece }
        guard case .stay(_, let checkOut) = resolver.resolve(from: .day(checkIn), to: form) else {
            return StayPiece(part: .impossible(words.original(piece.range)), range: piece.range)
        }
        return StayPiece(part: .whole(checkIn, checkOut), range: piece.range)
    }

    private mutating func claim(_ pieces: [StayPiece]) {
        for piece in pieces {
            for index in piece.range { unmarkRead(index) }
            switch piece.part {
            case .whole(let checkIn, let checkOut):
                claim(.dates, piece.range, .stay(checkIn: checkIn, checkOut: checkOut))
            case .arrival(let date): claim(.dates, piece.range, .stay(checkIn: date, checkOut: nil))
            case .tonight(let date):
                claim(.dates, piece.range, .stay(checkIn: date, checkOut: date.adding(days: 1)))
            case .absorbed(let slot): claim(slot, piece.range, nil)
            case .nights(let nights): claim(.nights, piece.range, .nights(nights))
            case .moreNights(let nights): claim(.longer, piece.range, longerStay(by: nights))
            case .impossible(let words): claim(.dates, piece.range, .impossibleDate(words))
            case .departure: claim(.dates, piece.range, nil)
            }
        }
    }

    /// More nights than now. Without a departure there is nothing to lengthen: the dialogue asks.
    private func longerStay(by nights: Int) -> Entity? {
        guard let checkIn = context.checkIn else { return nil }
        guard let checkOut = context.checkOut else { return .nights(nights) }
        return .stay(checkIn: checkIn, checkOut: checkOut.adding(days: nights))
    }
}
