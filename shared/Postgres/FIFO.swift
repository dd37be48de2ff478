/// A queue in an array: what is taken from the front is dropped in strides.
struct FIFO<Element> {
    private var storage: [Element?] = []
    private var head = 0

    var count: Int { storage.count - head }
    var isEmpty: Bool { head == storage.count }
    var first: Element? { isEmpty ? nil : storage[head] }

    mutating func append(_ element: Element) {
        storage.append(element)
    }

    mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = storage[head]
        storage[head] = nil
        head += 1
        if head == storage.count {
            storage.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 256, head > storage.count / 2 {
            storage.removeFirst(head)
            head = 0
        }
        return element
    }

    mutating func removeAll(where isUnwanted: (Element) -> Bool) {
        storage = storage[head...].filter { $0.map { !isUnwanted($0) } ?? false }
        head = 0
    }

    /// Everything, taken out.
    mutating func takeAll() -> [Element] {
        defer { self = Self() }
        return storage[head...].compactMap(\.self)
    }
}
