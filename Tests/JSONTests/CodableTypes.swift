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
