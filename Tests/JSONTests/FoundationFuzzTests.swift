import Foundation
import JSON
import Support
import Testing

/// The same random texts through Foundation's coders and through ours.
@Suite struct FoundationFuzzTests {
    /// Whether ours refuses on purpose what Foundation takes.
    private func isStricter(_ error: any Error, about text: [UInt8]) -> Bool {
        if let error = error as? JSONError {
            if error.problem == "a member's name that the object has already" { return true }
            // Foundation takes a comma before a closing bracket.
            let before = text[..<error.offset].last { !$0.isSpace }
            if error.offset < text.count, before == UInt8(ascii: ","), "]}".utf8.contains(text[error.offset]) {
                return true
            }
            // Foundation does not look at values that nobody asks for.
            if (try? JSONDecoder().decode(AnyValue.self, from: Data(text))) == nil { return true }
        }
        // Foundation passes over a byte order mark and guesses UTF-16 and UTF-32 from the first bytes.
        return text.starts(with: [0xEF, 0xBB, 0xBF]) || text.prefix(4).contains(0) || (text.first ?? 0) >= 0xFE
    }

    /// Whether Foundation refuses what RFC 8259 allows: a zero with an exponent.
    private func isZeroWithExponent(_ text: [UInt8]) -> Bool {
        text.indices.dropFirst().contains {
            text[$0] | 0x20 == UInt8(ascii: "e") && text[$0 - 1] == UInt8(ascii: "0")
                && !($0 > 1 && UInt8(ascii: "0")...UInt8(ascii: "9") ~= text[$0 - 2])
        }
    }

    private func compare<T: Decodable & Equatable>(_ type: T.Type, _ text: [UInt8]) {
        let theirs = Result { try JSONDecoder().decode(type, from: Data(text)) }
        let ours = Result { try JSONCoder.decode(type, from: text) }
        switch (theirs, ours) {
        case (.success(let theirs), .success(let ours)):
            #expect(theirs == ours, "\(String(decoding: text, as: UTF8.self))")
        case (.failure, .failure): break
        case (.failure(let error), .success(let value)):
            if isZeroWithExponent(text) { return }
            Issue.record("only we accept \(String(decoding: text, as: UTF8.self)): \(error) \(value)")
        case (.success(let value), .failure(let error)):
            if !isStricter(error, about: text) {
                Issue.record("only we refuse \(String(decoding: text, as: UTF8.self)): \(error) \(value)")
            }
        }
    }

    @Test func readsTheSameValuesAsFoundation() {
        var random = RandomText(seed: 1)
        for _ in 0..<4_000 { compare(AnyValue.self, Array(random.value().utf8)) }
    }

    @Test func refusesTheSameDamageAsFoundation() {
        var random = RandomText(seed: 2)
        for _ in 0..<1_500 {
            let text = Array(random.value().utf8)
            for _ in 0..<6 { compare(AnyValue.self, random.damage(text)) }
        }
    }

    @Test func refusesTheSameDamagedNumbersAsFoundation() {
        var random = RandomText(seed: 3)
        for _ in 0..<4_000 {
            let text = Array(random.number().utf8)
            compare(AnyValue.self, text)
            compare(Float.self, text)
            compare(AnyValue.self, random.damage(text))
        }
    }

    @Test func decodesIntegersAsFoundationDoes() {
        var random = RandomText(seed: 4)
        for _ in 0..<4_000 {
            var text = Array(random.number().utf8)
            // Foundation reads the fraction as a Double first and so takes 1.0000000000000000001 for 1; we are exact.
            if text.count > 15, text.contains(where: { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }) {
                continue
            }
            if random.generator.next() % 4 == 0 { text = Array(text.prefix(3)) }
            compare(Int.self, text)
            compare(UInt64.self, text)
            compare(Int8.self, text)
            compare(UInt16.self, text)
        }
    }

    @Test func decodesTypesAsFoundationDoesAlsoWhenDamaged() throws {
        var random = RandomText(seed: 5)
        for _ in 0..<400 {
            let text = try JSONCoder.encode(Guest.random(using: &random.generator))
            compare(Guest.self, text)
            for _ in 0..<8 { compare(Guest.self, random.damage(text)) }
        }
    }

    @Test func writesWhatFoundationReads() throws {
        var random = RandomText(seed: 6)
        for _ in 0..<1_000 {
            let guest = Guest.random(using: &random.generator)
            let ours = try JSONCoder.encode(guest)
            #expect(try JSONDecoder().decode(Guest.self, from: Data(ours)) == guest)
            let theirs = try JSONEncoder().encode(guest)
            #expect(try JSONCoder.decode(Guest.self, from: Array(theirs)) == guest)
            #expect(
                try JSONDecoder().decode(AnyValue.self, from: Data(ours))
                    == JSONDecoder().decode(AnyValue.self, from: theirs))
        }
    }

    @Test func writesEveryDoubleSoThatItReadsAsItself() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let number = Double(bitPattern: generator.next())
            guard number.isFinite else { continue }
            let bytes = try JSONCoder.encode(number)
            #expect(try JSONCoder.decode(Double.self, from: bytes).bitPattern == number.bitPattern)
            #expect(try JSONDocument(bytes).root.double == number)
        }
    }

    @Test func survivesBytesThatAreNoTextAtAll() {
        var generator = SeededGenerator(seed: 8)
        for length in 0..<3_000 {
            let bytes = (0..<length % 300).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = try? JSONDocument(bytes)
            _ = try? JSONDocument([UInt8(ascii: "\"")] + bytes)
        }
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}
