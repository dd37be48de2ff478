/// The text that an encoding writes, straight to its end as long as containers are filled one inside the other, as nearly all are. `Codable`
/// allows more: a container may be written to after its neighbours were begun. Then what belongs into it is inserted where it was closed.
///
/// Its properties are not checked for overlapping accesses, which would take a third of the time: one encoding runs on one thread, and no
/// code but this class's own runs while it changes one of them.
final class EncodedText {
    @exclusivity(unchecked) private(set) var bytes: [UInt8] = []
    @exclusivity(unchecked) private var places: [Place] = []
    /// The places that are open, the innermost last.
    @exclusivity(unchecked) private var open: [Int] = []

    enum Content {
        case nothing, scalar, array, object
    }

    /// A value that an encoder or a container fills.
    private struct Place {
        /// The place that it lies in; the root lies in itself.
        var parent: Int
        var content = Content.nothing
        var isOpen = true
        var isMember: Bool
        /// Where a member's name is in the text; of an element its index.
        var step: Int
        /// Elements or members so far.
        var count = 0
        /// Where its closing bracket is, once it is closed.
        var end = -1
    }

    // MARK: Places

    func begin() -> Int { add(Place(parent: 0, isMember: false, step: 0)) }

    /// Begins an element of an array, or with a name a member of an object.
    func begin(in parent: Int, name: String? = nil) -> Int {
        if !places[parent].isOpen { return insertPlace(in: parent, name: name) }
        closePlaces(inside: parent)
        if places[parent].count > 0 { bytes.append(UInt8(ascii: ",")) }
        let step = name == nil ? places[parent].count : bytes.count
        places[parent].count += 1
        if let name { bytes.appendName(name) }
        return add(Place(parent: parent, isMember: name != nil, step: step))
    }

    /// Ends a value and all that was begun in it, and says whether anything was encoded for it.
    @discardableResult
    func finish(_ place: Int) -> Bool {
        let wasFilled = places[place].content != .nothing
        if places[place].isOpen {
            closePlaces(inside: place)
            close(place)
            open.removeLast()
        }
        while places.count > place { places.removeLast() }
        return wasFilled
    }

    /// Makes a place an object or an array. A second time it does nothing: a class and its superclass may share one.
    func fill(_ place: Int, _ content: Content) {
        if places[place].content == content { return }
        precondition(places[place].content == .nothing, "one value can't be encoded as two of different kinds")
        places[place].content = content
        if places[place].isOpen {
            bytes.append(content == .object ? UInt8(ascii: "{") : UInt8(ascii: "["))
        } else if content == .array {
            bytes[places[place].end - 1] = UInt8(ascii: "[")
            bytes[places[place].end] = UInt8(ascii: "]")
        }
    }

    func count(_ place: Int) -> Int { places[place].count }

    private func add(_ place: Place) -> Int {
        places.append(place)
        if place.isOpen { open.append(places.count - 1) }
        return places.count - 1
    }

    private func closePlaces(inside place: Int) {
        while let last = open.last, last != place {
            close(last)
            open.removeLast()
        }
    }

    private func close(_ place: Int) {
        switch places[place].content {
        case .scalar: break
        case .array: bytes.append(UInt8(ascii: "]"))
        case .object: bytes.append(UInt8(ascii: "}"))
        case .nothing:
            // What encodes nothing is an empty object, as Foundation has it.
            bytes.append(UInt8(ascii: "{"))
            bytes.append(UInt8(ascii: "}"))
        }
        places[place].isOpen = false
        if places[place].content != .scalar { places[place].end = bytes.count - 1 }
    }

    // MARK: Scalars

    /// Writes an element or a member that is a scalar.
    @inline(__always)
    func scalar(in parent: Int, name: String?, _ write: (inout [UInt8]) -> Void) {
        guard places[parent].isOpen else {
            var text: [UInt8] = []
            if let name { text.appendName(name) }
            write(&text)
            insert(text, in: parent)
            return
        }
        if open.last != parent { closePlaces(inside: parent) }
        if places[parent].count > 0 { bytes.append(UInt8(ascii: ",")) }
        places[parent].count += 1
        if let name { bytes.appendName(name) }
        write(&bytes)
    }

    /// Makes a place a scalar.
    @inline(__always)
    func scalar(_ place: Int, _ write: (inout [UInt8]) -> Void) {
        precondition(places[place].content == .nothing, "one value can't be encoded twice")
        places[place].content = .scalar
        if places[place].isOpen {
            write(&bytes)
            return
        }
        var text: [UInt8] = []
        write(&text)
        let end = places[place].end
        places[place].end = -1
        bytes.replaceSubrange(end - 1...end, with: text)
        shift(from: end, by: text.count - 2)
    }

    // MARK: Into what is closed

    private func insertPlace(in parent: Int, name: String?) -> Int {
        let index = places[parent].count
        var text: [UInt8] = []
        if let name { text.appendName(name) }
        text += [UInt8(ascii: "{"), UInt8(ascii: "}")]
        let start = insert(text, in: parent)
        var place = Place(parent: parent, isMember: name != nil, step: name == nil ? index : start)
        place.isOpen = false
        place.end = start + text.count - 1
        return add(place)
    }

    /// Inserts an element or member as the last one, and gives where it begins.
    @discardableResult
    private func insert(_ text: [UInt8], in parent: Int) -> Int {
        let end = places[parent].end
        let separator = places[parent].count > 0 ? [UInt8(ascii: ",")] : []
        places[parent].count += 1
        bytes.insert(contentsOf: separator + text, at: end)
        shift(from: end, by: separator.count + text.count)
        return end + separator.count
    }

    private func shift(from position: Int, by distance: Int) {
        for index in places.indices {
            if places[index].end >= position { places[index].end += distance }
            if places[index].isMember, places[index].step >= position { places[index].step += distance }
        }
    }

    // MARK: Coding paths

    func codingPath(_ place: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var place = place
        while place > 0 {
            let step = places[place].step
            path.append(places[place].isMember ? PathKey(stringValue: name(at: step)) : PathKey(index: step))
            place = places[place].parent
        }
        return path.reversed()
    }

    private func name(at start: Int) -> String {
        var end = start + 1
        while bytes[end] != UInt8(ascii: "\"") { end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
        return bytes[start + 1..<end].withUnsafeBufferPointer { String(decoding: unescaped($0), as: UTF8.self) }
    }
}
