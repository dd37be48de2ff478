import Foundation

/// Multinomial logistic regression, trained by stochastic gradient descent. The same examples give the same weights, on every run.
struct LinearClassifier: Sendable {
    struct Example {
        var features: Features
        var label: Int
        /// Readings of one line belong together: they are held out together.
        var group: Int
    }

    let classes: Int
    /// Floats from one row to the next: whole vectors of eight.
    private let columns: Int
    /// The row of a feature's weights.
    private let rows: [UInt32: Int32]
    /// One row a feature, one column a class.
    private let weights: [Float]
    /// Divides the scores, so that what is said with 0.8 is right eight times in ten.
    let temperature: Float

    /// What occurs in fewer examples teaches noise, and stays unknown.
    private static let leastOccurrences = 2
    /// One line in so many is held out to find the temperature.
    private static let heldOut = 5

    /// Trains twice: without the lines held out, to find the temperature on them, and with all.
    init(trainedOn examples: [Example], classes: Int) {
        self.classes = classes
        columns = (classes + 7) / 8 * 8
        rows = Self.vocabulary(of: examples)
        let table = ExampleTable(examples, rows: rows, columns: columns)
        let isHeldOut = examples.map { $0.group % Self.heldOut == 0 }
        let descent = GradientDescent(table: table, rows: rows.count, columns: columns, classes: classes)
        let rehearsed = descent.weights { !isHeldOut[$0] }
        temperature = Self.bestTemperature(
            for: examples.indices.filter { isHeldOut[$0] }.map {
                (Array(table.scores(of: $0, weights: rehearsed)[..<classes]), table.labels[$0])
            })
        weights = descent.weights { _ in true }
    }

    private static func vocabulary(of examples: [Example]) -> [UInt32: Int32] {
        var occurrences: [UInt32: Int32] = [:]
        for example in examples {
            for hash in example.features.hashes { occurrences[hash, default: 0] += 1 }
        }
        // In the order of first occurrence: a dictionary's own order differs from run to run.
        var rows: [UInt32: Int32] = [:]
        for example in examples {
            for hash in example.features.hashes
            where occurrences[hash, default: 0] >= leastOccurrences && rows[hash] == nil {
                rows[hash] = Int32(rows.count)
            }
        }
        return rows
    }

    /// The probability of each class. `bias` is added to the scores: what the situation makes likelier.
    func probabilities(of features: Features, bias: [Float] = []) -> [Double] {
        var scores = [Float](repeating: 0, count: classes)
        for (hash, value) in zip(features.hashes, features.values) {
            guard let row = rows[hash] else { continue }
            let start = Int(row) * columns
            for label in 0..<classes { scores[label] += weights[start + label] * value }
        }
        for label in scores.indices {
            scores[label] = scores[label] / temperature + (label < bias.count ? bias[label] : 0)
        }
        softmax(&scores)
        return scores.map(Double.init)
    }

    /// Where the held-out examples lose least (Guo et al. 2017, "On Calibration of Modern Neural Networks", §4.2).
    private static func bestTemperature(for scored: [(scores: [Float], label: Int)]) -> Float {
        var best: (temperature: Float, loss: Double) = (1, .infinity)
        for step in 0...40 where !scored.isEmpty {
            let temperature = 0.4 * exp(Float(step) * 0.06)
            var loss = 0.0
            for (scores, label) in scored {
                let most = scores.max() ?? 0
                var sum: Float = 0
                for score in scores { sum += exp((score - most) / temperature) }
                loss += Double(log(sum) - (scores[label] - most) / temperature)
            }
            if loss < best.loss { best = (temperature, loss) }
        }
        return best.temperature
    }
}

/// Scores to probabilities.
func softmax(_ scores: inout [Float]) {
    let most = scores.max() ?? 0
    var sum: Float = 0
    for index in scores.indices {
        scores[index] = exp(scores[index] - most)
        sum += scores[index]
    }
    for index in scores.indices { scores[index] /= sum }
}
