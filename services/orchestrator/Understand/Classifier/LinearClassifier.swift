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
    /// The row of a feature's weights.
    private let rows: [UInt32: Int32]
    /// One row a feature, one column a class.
    private let weights: [Float]
    /// Divides the scores, so that what is said with 0.8 is right eight times in ten.
    private(set) var temperature: Float = 1

    private static let epochs = 8
    private static let learningRate: Float = 6
    /// Of a hundred features, so many are left out at each visit, so that no word is relied on alone (dropout).
    private static let leftOut: UInt32 = 20
    /// What occurs in fewer examples teaches noise, and stays unknown.
    private static let leastOccurrences = 2
    /// One line in so many is held out to find the temperature.
    private static let heldOut = 5

    /// Trains twice: without the lines held out, to find the temperature on them, and with all.
    static func trained(on examples: [Example], classes: Int) -> LinearClassifier {
        let rehearsal = LinearClassifier(examples.filter { $0.group % heldOut != 0 }, classes: classes)
        var classifier = LinearClassifier(examples, classes: classes)
        classifier.temperature = rehearsal.bestTemperature(for: examples.filter { $0.group % heldOut == 0 })
        return classifier
    }

    private init(_ examples: [Example], classes: Int) {
        self.classes = classes
        var occurrences: [UInt32: Int32] = [:]
        for example in examples {
            for hash in example.features.hashes { occurrences[hash, default: 0] += 1 }
        }
        var rows: [UInt32: Int32] = [:]
        for example in examples {
            for hash in example.features.hashes
            where occurrences[hash, default: 0] >= Self.leastOccurrences && rows[hash] == nil {
                rows[hash] = Int32(rows.count)
            }
        }
        self.rows = rows
        // Each example's known features, as rows of weights, once.
        var known: [(rows: [Int], values: [Float], label: Int)] = []
        known.reserveCapacity(examples.count)
        for example in examples {
            var found: [Int] = []
            var values: [Float] = []
            for (hash, value) in zip(example.features.hashes, example.features.values) {
                guard let row = rows[hash] else { continue }
                found.append(Int(row) * classes)
                values.append(value)
            }
            known.append((found, values, example.label))
        }
        weights = Self.descend(known, rows: rows.count, classes: classes)
    }

    private static func descend(
        _ examples: [(rows: [Int], values: [Float], label: Int)], rows: Int, classes: Int
    ) -> [Float] {
        [Float](unsafeUninitializedCapacity: rows * classes) { weights, initialised in
            weights.initialize(repeating: 0)
            initialised = rows * classes
            guard !examples.isEmpty else { return }
            withUnsafeTemporaryAllocation(of: Float.self, capacity: classes) { scores in
                // A stride without a common divisor visits every example once, far from the one before.
                let stride = coprimeStride(for: examples.count)
                for epoch in 0..<epochs {
                    let rate = learningRate / (1 + Float(epoch) * 0.6)
                    var index = epoch % examples.count
                    for _ in examples.indices {
                        step(
                            examples[index], weights, scores, rate: rate,
                            visit: UInt32(truncatingIfNeeded: epoch * examples.count + index))
                        index = (index + stride) % examples.count
                    }
                }
            }
        }
    }

    private static func step(
        _ example: (rows: [Int], values: [Float], label: Int), _ weights: UnsafeMutableBufferPointer<Float>,
        _ scores: UnsafeMutableBufferPointer<Float>, rate: Float, visit: UInt32
    ) {
        for label in scores.indices { scores[label] = 0 }
        for (row, value) in zip(example.rows, example.values) where !isLeftOut(row, visit) {
            for label in scores.indices { scores[label] += weights[row + label] * value }
        }
        softmax(scores)
        scores[example.label] -= 1
        for (row, value) in zip(example.rows, example.values) where !isLeftOut(row, visit) {
            let step = rate * value
            for label in scores.indices { weights[row + label] -= step * scores[label] }
        }
    }

    private static func isLeftOut(_ row: Int, _ visit: UInt32) -> Bool {
        let mixed = (UInt32(truncatingIfNeeded: row) &* 2_654_435_761) ^ (visit &* 2_246_822_519)
        return ((mixed ^ (mixed >> 15)) &* 3_266_489_917) >> 16 % 100 < leftOut
    }

    private static func softmax(_ scores: UnsafeMutableBufferPointer<Float>) {
        let most = scores.max() ?? 0
        var sum: Float = 0
        for index in scores.indices {
            scores[index] = exp(scores[index] - most)
            sum += scores[index]
        }
        for index in scores.indices { scores[index] /= sum }
    }

    private static func coprimeStride(for count: Int) -> Int {
        var stride = max(1, count * 382 / 1000)
        func divisor(_ left: Int, _ right: Int) -> Int { right == 0 ? left : divisor(right, left % right) }
        while divisor(count, stride) != 1 { stride += 1 }
        return stride
    }

    // MARK: Telling

    private func scores(of features: Features) -> [Float] {
        var scores = [Float](repeating: 0, count: classes)
        for (hash, value) in zip(features.hashes, features.values) {
            guard let row = rows[hash] else { continue }
            let start = Int(row) * classes
            for label in 0..<classes { scores[label] += weights[start + label] * value }
        }
        return scores
    }

    /// The probability of each class. `bias` is added to the scores: what the situation makes likelier.
    func probabilities(of features: Features, bias: [Float] = []) -> [Double] {
        var scores = scores(of: features).map { $0 / temperature }
        for (label, extra) in bias.enumerated() where label < classes { scores[label] += extra }
        scores.withUnsafeMutableBufferPointer { Self.softmax($0) }
        return scores.map(Double.init)
    }

    // MARK: Calibration (Guo et al. 2017, "On Calibration of Modern Neural Networks", §4.2)

    private func bestTemperature(for examples: [Example]) -> Float {
        guard !examples.isEmpty else { return 1 }
        let scored = examples.map { (scores: scores(of: $0.features), label: $0.label) }
        var best: (temperature: Float, loss: Double) = (1, .infinity)
        for step in 0...40 {
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
