/// "Respóndeme con un audio": the guest would rather hear than read.
extension EntityGrammar {
    mutating func readVoice() {
        for index in words.tokens.indices where isIn(Self.nouns, index) {
            let clause = clause(around: index)
            let lower = max(clause.lowerBound, index - 7)
            let upper = min(clause.upperBound, index + 6)
            guard
                (lower..<upper).contains(where: { isIn(Self.verbs, $0) }) || matches(["por"], at: index - 1)
                    || matches(["by"], at: index - 1) && isIn(Self.nouns, index),
                !(lower..<upper).contains(where: { isIn(Self.refusals, $0) })
            else { continue }
            let start = (lower..<index).first { isIn(Self.verbs, $0) } ?? index
            let end = (index + 1..<max(index + 1, upper)).last { isIn(Self.verbs, $0) || isIn(Self.nouns, $0) } ?? index
            let stretch = isFree(start..<end + 1) ? start..<end + 1 : index..<index + 1
            claim(.voice, stretch, .answerByVoice)
            return
        }
    }

    private static let nouns = Lexicon.set("audio audios audito voz voice")
    private static let verbs = Lexicon.set(
        """
        respondeme responda responde respondame responder respondanme respondan respondes contestame contesteme contesta conteste \
        contestar contestes mandame mandeme manda mande mandar mandas mandes mandem enviame envieme envia envie enviar enviame hablame \
        hableme dime digame dimelo digamelo puedes puede podes prefiero prefiro prefer answer reply respond send tell speak \
        talk fala fale falar explicame explica explique respondem
        """)
    private static let refusals = Lexicon.set(
        "no nao not dont cant te le mi my meu tu your escuchar listen ouvir escuchaste")
}
