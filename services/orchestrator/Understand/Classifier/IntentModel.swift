import Contracts

/// From the words of a clause to what is wished for, learned from the phrase files.
struct IntentModel: Sendable {
    /// The intents, and at the end "inform": an answer that wishes for nothing.
    static let classes = Intent.allCases.count + 1
    private static let inform = Intent.allCases.count

    private let classifier: LinearClassifier
    /// Greetings, thanks and goodbyes of up to four words as they stand in the files: they are taken off a longer clause.
    private let courtesies: [[String]: Intent]
    let longestCourtesy = 4

    /// `read` turns a phrase into the words of a clause as a message's are.
    init(_ files: [PhraseFile], reading read: (PhraseFile.Phrase, Language) -> [String]) {
        var examples: [LinearClassifier.Example] = []
        var courtesies: [[String]: Intent] = [:]
        var group = 0
        var line = -1
        for file in files {
            for phrase in file.phrases {
                let label: Int
                switch phrase.section {
                case .intent(let intent): label = Self.label(intent)
                case .inform: label = Self.inform
                case .language: continue
                }
                let words = read(phrase, file.language)
                guard !words.isEmpty else { continue }
                if phrase.line != line { group += 1 }
                line = phrase.line
                examples.append(LinearClassifier.Example(features: Features(words), label: label, group: group))
                if case .intent(let intent) = phrase.section, [.greet, .thank, .goodbye].contains(intent),
                    words.count <= longestCourtesy
                {
                    courtesies[words] = intent
                }
            }
        }
        self.courtesies = courtesies
        classifier = LinearClassifier(trainedOn: examples, classes: Self.classes)
    }

    private static func label(_ intent: Intent) -> Int { Intent.allCases.firstIndex(of: intent) ?? 0 }

    /// How likely each intent is. What is missing to 1 is "wishes for nothing".
    func probabilities(of words: [String], expecting: Expectation?) -> [Intent: Double] {
        let all = classifier.probabilities(of: Features(words), bias: Self.bias(words, expecting))
        return Dictionary(uniqueKeysWithValues: zip(Intent.allCases, all))
    }

    /// A yes or no is likelier where one was asked for, a mere answer where it names what was asked.
    private static func bias(_ words: [String], _ expecting: Expectation?) -> [Float] {
        guard let expecting else { return [] }
        var bias = [Float](repeating: 0, count: classes)
        switch expecting {
        case .confirmation:
            bias[label(.affirm)] = 0.7
            bias[label(.deny)] = 0.7
        case .email, .name:
            bias[label(.deny)] = 0.5
        default: break
        }
        let answers: [Slot] =
            switch expecting {
            case .dates, .nights: [.dates, .nights]
            case .party, .childrenAges: [.party]
            case .choice: [.choice, .room]
            case .name: [.name]
            case .email: [.email]
            case .bookingCode: [.code]
            case .confirmation: []
            }
        if answers.contains(where: { words.contains("{\($0.rawValue)}") }) { bias[inform] = 1 }
        return bias
    }

    /// The greeting, thanks or goodbye that a clause begins or ends with.
    func courtesy(_ words: some Collection<String>) -> Intent? {
        words.count <= longestCourtesy ? courtesies[Array(words)] : nil
    }
}
