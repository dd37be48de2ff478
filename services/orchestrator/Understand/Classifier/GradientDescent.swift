import Foundation

/// All examples in one piece of memory: for each the rows of its known features, and their values.
struct ExampleTable {
    /// Where a feature's weights begin.
    private(set) var starts: [Int32] = []
    private(set) var values: [Float] = []
    private(set) var labels: [Int] = []
    /// The features of example n are those from `bounds[n]` up to `bounds[n + 1]`.
    private(set) var bounds: [Int] = [0]
    private let columns: Int

    init(_ examples: [LinearClassifier.Example], rows: [UInt32: Int32], columns: Int) {
        self.columns = columns
        let features = examples.reduce(0) { $0 + $1.features.hashes.count }
        starts.reserveCapacity(features)
        values.reserveCapacity(features)
        for example in examples {
            for (hash, value) in zip(example.features.hashes, example.features.values) {
                guard let row = rows[hash] else { continue }
                starts.append(row * Int32(columns))
                values.append(value)
            }
            bounds.append(starts.count)
            labels.append(example.label)
        }
    }

    func scores(of example: Int, weights: [Float]) -> [Float] {
        var scores = [Float](repeating: 0, count: columns)
        for feature in bounds[example]..<bounds[example + 1] {
            let start = Int(starts[feature])
            for column in 0..<columns { scores[column] += weights[start + column] * values[feature] }
        }
        return scores
    }
}

/// Stochastic gradient descent with dropout (Srivastava et al. 2014), averaged over its last epochs (Polyak and Juditsky 1992). No randomness: a fixed stride shuffles, a hash leaves out.
struct GradientDescent {
    let table: ExampleTable
    let rows: Int
    let columns: Int
    let classes: Int

    private static let epochs = 8
    /// The weights are the mean of those after so many last epochs: what the order of the examples left in them evens out.
    private static let averaged = 4
    private static let learningRate: Float = 6
    private static let slowing: Float = 0.6
    /// Of a hundred features, so many are left out at each visit, so that no word is relied on alone.
    private static let leftOut: UInt32 = 20

    /// Trained on the examples that `isTaken` names by index.
    func weights(where isTaken: (Int) -> Bool) -> [Float] {
        let taken = table.labels.indices.filter(isTaken)
        var mean = [Float](repeating: 0, count: rows * columns)
        guard !taken.isEmpty else { return mean }
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * columns) { weights in
            weights.initialize(repeating: 0)
            withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { scores in
                let stride = Self.stride(for: taken.count)
                for epoch in 0..<Self.epochs {
                    let rate = Self.learningRate / (1 + Float(epoch) * Self.slowing)
                    var index = epoch % taken.count
                    for _ in taken.indices {
                        let visit = UInt32(truncatingIfNeeded: epoch * taken.count + index)
                        step(taken[index], weights, scores, rate: rate, visit: visit)
                        index = (index + stride) % taken.count
                    }
                    guard epoch >= Self.epochs - Self.averaged else { continue }
                    for place in mean.indices { mean[place] += weights[place] / Float(Self.averaged) }
                }
            }
        }
        return mean
    }

    private func step(
        _ example: Int, _ weights: UnsafeMutableBufferPointer<Float>, _ scores: UnsafeMutableBufferPointer<Float>,
        rate: Float, visit: UInt32
    ) {
        let features = table.bounds[example]..<table.bounds[example + 1]
        for column in 0..<columns { scores[column] = 0 }
        for feature in features where !Self.isLeftOut(feature, visit) {
            let start = Int(table.starts[feature])
            let value = table.values[feature]
            for column in 0..<columns { scores[column] += weights[start + column] * value }
        }
        turnIntoErrors(scores, label: table.labels[example])
        for feature in features where !Self.isLeftOut(feature, visit) {
            let start = Int(table.starts[feature])
            let step = rate * table.values[feature]
            for column in 0..<columns { weights[start + column] -= step * scores[column] }
        }
    }

    /// From scores to what each class was said too much.
    private func turnIntoErrors(_ scores: UnsafeMutableBufferPointer<Float>, label: Int) {
        var most = -Float.infinity
        for column in 0..<classes { most = max(most, scores[column]) }
        var sum: Float = 0
        for column in 0..<classes {
            scores[column] = exp(scores[column] - most)
            sum += scores[column]
        }
        for column in 0..<classes { scores[column] /= sum }
        for column in classes..<columns { scores[column] = 0 }
        scores[label] -= 1
    }

    private static func isLeftOut(_ feature: Int, _ visit: UInt32) -> Bool {
        let mixed = (UInt32(truncatingIfNeeded: feature) &* 2_654_435_761) ^ (visit &* 2_246_822_519)
        return ((mixed ^ (mixed >> 15)) &* 3_266_489_917) >> 16 % 100 < leftOut
    }

    /// Without a divisor in common with `count`, so that each example is visited once, far from the one before.
    private static func stride(for count: Int) -> Int {
        var stride = max(1, count * 382 / 1000)
        func divisor(_ left: Int, _ right: Int) -> Int { right == 0 ? left : divisor(right, left % right) }
        while divisor(count, stride) != 1 { stride += 1 }
        return stride
    }
}
