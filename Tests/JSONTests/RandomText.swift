import Support

/// Random JSON, in every spelling that RFC 8259 allows, and random damage to it.
struct RandomText {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func value(depth: Int = 0) -> String {
        let kind = Int.random(in: 0..<(depth < 5 ? 9 : 6), using: &generator)
        let text =
            switch kind {
            case 0: ["null", "true", "false"].randomElement(using: &generator) ?? ""
            case 1...2: number()
            case 3...5: string()
            case 6: "[" + list { $0.value(depth: depth + 1) } + "]"
            default:
                "{" + list { random in random.string() + random.space() + ":" + random.value(depth: depth + 1) } + "}"
            }
        return space() + text + space()
    }

    private mutating func list(_ element: (inout RandomText) -> String) -> String {
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in space() + element(&self) + space() }
            .joined(separator: ",")
    }

    private mutating func space() -> String {
        guard Int.random(in: 0..<4, using: &generator) == 0 else { return "" }
        return (0..<Int.random(in: 1...3, using: &generator))
            .map { _ in [" ", "\n", "\r", "\t"].randomElement(using: &generator) ?? "" }.joined()
    }

    mutating func number() -> String {
        var text = Bool.random(using: &generator) ? "-" : ""
        let digits = Int.random(in: 1...(Int.random(in: 0..<4, using: &generator) == 0 ? 40 : 17), using: &generator)
        text += "\(Int.random(in: 1...9, using: &generator))"
        for _ in 1..<digits { text += "\(Int.random(in: 0...9, using: &generator))" }
        if digits == 1, Bool.random(using: &generator) { text = "0" }
        if Int.random(in: 0..<3, using: &generator) == 0 {
            text += "."
            for _ in 0..<Int.random(in: 1...17, using: &generator) {
                text += "\(Int.random(in: 0...9, using: &generator))"
            }
        }
        if Int.random(in: 0..<4, using: &generator) == 0 {
            text += ["e", "E", "e+", "E-", "e-"].randomElement(using: &generator) ?? ""
            text += "\(Int.random(in: 0...Int.random(in: 1...330, using: &generator), using: &generator))"
        }
        return text
    }

    mutating func string() -> String {
        var text = "\""
        for _ in 0..<Int.random(in: 0...Int.random(in: 1...24, using: &generator), using: &generator) {
            switch Int.random(in: 0..<16, using: &generator) {
            case 0:
                text +=
                    ["\\n", "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\r", "\\t"].randomElement(using: &generator) ?? ""
            case 1: text += escape(UInt16.random(in: 0...0xD7FF, using: &generator))
            case 2:
                text += escape(.random(in: 0xD800...0xDBFF, using: &generator))
                text += escape(.random(in: 0xDC00...0xDFFF, using: &generator))
            case 3...4:
                text += ["é", "ñ", "¿", "😀", "日", "\u{7FF}", "\u{10FFFF}"].randomElement(using: &generator) ?? ""
            default: text.append(Character(Unicode.Scalar(.random(in: 0x61...0x7A, using: &generator))))
            }
        }
        return text + "\""
    }

    private mutating func escape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16, uppercase: Bool.random(using: &generator))
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    /// One to three small changes: a byte changed, taken out, doubled or put in, or a piece moved.
    mutating func damage(_ text: [UInt8]) -> [UInt8] {
        var text = text
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !text.isEmpty {
            let at = Int.random(in: 0..<text.count, using: &generator)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: text[at] = UInt8.random(in: 0...255, using: &generator)
            case 1: text[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2: text.remove(at: at)
            case 3: text.insert(text[at], at: at)
            case 4:
                let tokens = Array("{}[]:,\"\\ue-+.0 19tfn\u{1}".utf8)
                text.insert(tokens.randomElement(using: &generator) ?? 0, at: at)
            default:
                let end = Int.random(in: at...min(text.count, at + 12), using: &generator)
                let piece = text[at..<end]
                text.insert(contentsOf: piece, at: Int.random(in: 0...text.count, using: &generator))
            }
        }
        return text
    }
}
