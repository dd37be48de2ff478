import Support

/// Types of the shapes that cross the wire, and of those that `Codable` allows besides.
struct Guest: Codable, Equatable {
    var name: String
    var email: String?
    var age: Int
    var score: Double
    var isRegular: Bool
    var tags: [String]
    var home: Address?
    var extras: [String: Int?]
    var wish: Wish
    var channel: Channel
    var history: [[Wish]]

    struct Address: Codable, Equatable {
        var street: String
        var number: UInt16
    }
}

enum Channel: String, Codable, CaseIterable {
    case web, whatsapp, email
}

enum Wish: Codable, Equatable {
    case none
    case room(String, nights: Int)
    case call(at: Double?)
    case many([Wish])
}

/// A class with a superclass, the one in `super`.
class Animal: Codable {
    var legs: Int

    init(legs: Int) { self.legs = legs }
}

final class Dog: Animal {
    var name: String

    init(name: String) {
        self.name = name
        super.init(legs: 4)
    }

    private enum CodingKeys: String, CodingKey { case name }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        try super.init(from: container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let parent = container.superEncoder()
        try container.encode(name, forKey: .name)
        try super.encode(to: parent)
    }
}

/// Fills its containers in an order of its own: three that are open at once.
struct Interleaved: Codable, Equatable {
    var left: [Int]
    var right: [String: Int]
    var matrix: [[Int]]

    private enum CodingKeys: String, CodingKey { case left, right, matrix, last }

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(left: [Int], right: [String: Int], matrix: [[Int]]) {
        self.left = left
        self.right = right
        self.matrix = matrix
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        left = try container.decode([Int].self, forKey: .left)
        let names = try container.nestedContainer(keyedBy: Name.self, forKey: .right)
        right = [:]
        for name in names.allKeys { right[name.stringValue] = try names.decode(Int.self, forKey: name) }
        var rows = try container.nestedUnkeyedContainer(forKey: .matrix)
        matrix = []
        while !rows.isAtEnd {
            var row = try rows.nestedUnkeyedContainer()
            var values: [Int] = []
            while !row.isAtEnd { values.append(try row.decode(Int.self)) }
            matrix.append(values)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var lefts = container.nestedUnkeyedContainer(forKey: .left)
        var rights = container.nestedContainer(keyedBy: Name.self, forKey: .right)
        var outer = container.nestedUnkeyedContainer(forKey: .matrix)
        let last = container.superEncoder(forKey: .last)
        var rows = matrix.map { _ in outer.nestedUnkeyedContainer() }
        var names = right.keys.sorted()[...]
        for index in 0..<max(left.count, right.count, matrix.map(\.count).max() ?? 0) {
            if index < left.count { try lefts.encode(left[index]) }
            if let name = names.popFirst() { try rights.encode(right[name], forKey: Name(stringValue: name)) }
            for row in matrix.indices where index < matrix[row].count { try rows[row].encode(matrix[row][index]) }
        }
        try left.encode(to: last)
    }
}

extension Guest {
    static func random(using generator: inout SeededGenerator) -> Guest {
        func string() -> String {
            let scalars = Array("abc xyz ABC 0123 \"\\/\n\r\t\u{1}\u{1F}\u{7F}áñç¿€日本😀\u{2028}".unicodeScalars)
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...20, using: &generator) {
                text.append(scalars.randomElement(using: &generator) ?? " ")
            }
            return String(text)
        }
        func wish(_ depth: Int = 0) -> Wish {
            switch Int.random(in: 0..<(depth < 3 ? 4 : 3), using: &generator) {
            case 0: .none
            case 1: .room(string(), nights: Int(truncatingIfNeeded: generator.next()))
            case 2: .call(at: Bool.random(using: &generator) ? nil : .random(in: -1e9...1e9, using: &generator))
            default: .many((0..<Int.random(in: 0...2, using: &generator)).map { _ in wish(depth + 1) })
            }
        }
        let count = 0..<Int.random(in: 0...4, using: &generator)
        return Guest(
            name: string(), email: Bool.random(using: &generator) ? string() : nil,
            age: Int(truncatingIfNeeded: generator.next() >> UInt64.random(in: 0..<64, using: &generator)),
            score: .random(in: -1...1, using: &generator), isRegular: .random(using: &generator),
            tags: count.map { _ in string() },
            home: Bool.random(using: &generator)
                ? Address(street: string(), number: .random(in: 0...65_535, using: &generator)) : nil,
            extras: Dictionary(count.map { (string() + "\($0)", $0 % 2 == 0 ? $0 : nil) }) { first, _ in first },
            wish: wish(), channel: Channel.allCases.randomElement(using: &generator) ?? .web,
            history: count.map { _ in count.map { _ in wish() } })
    }
}
