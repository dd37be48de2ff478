/// A step of a coding path that was told from a text.
struct PathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) { self.init(index: intValue) }

    init(index: Int) {
        stringValue = "Index \(index)"
        intValue = index
    }
}

extension Tape {
    /// The names and indices that lead from one value to one inside it.
    func codingPath(to target: Int, from root: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var container = root
        // What is absent (the last entry) lies in nothing.
        while container != target, target < Int(entries[container].next) {
            let isObject = entries[container].kind == .object
            var position = 0
            var child = container + (isObject ? 2 : 1)
            while target >= Int(entries[child].next) {
                child = Int(entries[child].next) + (isObject ? 1 : 0)
                position += 1
            }
            path.append(isObject ? PathKey(stringValue: string(at: child - 1)) : PathKey(index: position))
            container = child
        }
        return path
    }
}
