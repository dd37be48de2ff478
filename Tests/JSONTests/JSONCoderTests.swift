import Foundation
import JSON
import Testing

@Suite struct JSONCoderTests {
    private let guest = Guest(
        name: "Ana \"la\" \\ Núñez\n😀\u{1}/", email: nil, age: -41, score: 0.1, isRegular: true, tags: ["a", "", "ñ"],
        home: Guest.Address(street: "Mayor", number: 65_535), extras: ["x": 1, "y": nil],
        wish: .many([.none, .call(at: nil)]),
        channel: .whatsapp, history: [[], [.room("doble", nights: 2), .call(at: 1e100)]])

    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONCoder.encode(value), as: UTF8.self)
    }

    @Test func readsWhatItWrote() throws {
        let bytes = try JSONCoder.encode(guest)
        #expect(try JSONCoder.decode(Guest.self, from: bytes) == guest)
    }

    @Test func writesWhatFoundationReadsAndReadsWhatFoundationWrites() throws {
        #expect(try JSONDecoder().decode(Guest.self, from: Data(JSONCoder.encode(guest))) == guest)
        #expect(try JSONCoder.decode(Guest.self, from: Array(JSONEncoder().encode(guest))) == guest)
    }

    @Test func writesMembersInTheirOrderWithoutNils() throws {
        #expect(try text(Guest.Address(street: "a/b", number: 1)) == #"{"street":"a/b","number":1}"#)
        #expect(try text(["a": [true, nil, false]]) == #"{"a":[true,null,false]}"#)
        #expect(try text(Wish.room("x", nights: 1)) == #"{"room":{"_0":"x","nights":1}}"#)
        #expect(try text(Wish.call(at: nil)) == #"{"call":{}}"#)
    }

    @Test func writesScalarsAlone() throws {
        #expect(
            try text("\"\\\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}é") == "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\u{7f}é\"")
        #expect(try text(Int?.none) == "null")
        #expect(try text(Channel.web) == #""web""#)
        #expect(try text(Int.min) == "-9223372036854775808")
        #expect(try text(UInt.max) == "18446744073709551615")
        #expect(try text(Int128.min) == "-170141183460469231731687303715884105728")
        #expect(
            try text([0.0, -0.0, 1.0, 1e15, 1e16, 1.5, Double.leastNonzeroMagnitude])
                == "[0,-0,1,1000000000000000,1e+16,1.5,5e-324]")
        #expect(try text([Float(0.1), 16_777_216]) == "[0.1,16777216]")
        #expect(try text([String: Int]()) == "{}")
        #expect(try text([Int]()) == "[]")
    }

    @Test func refusesNumbersThatJSONHasNot() {
        for number in [Double.nan, .infinity, -.infinity] {
            #expect(throws: EncodingError.self) { try JSONCoder.encode(["a": [number]]) }
        }
        #expect(throws: EncodingError.self) { try JSONCoder.encode(Float.infinity) }
    }

    @Test func appendsToBytesThatAreThereAndLeavesThemWhenItThrows() throws {
        var bytes = Array("x=".utf8)
        try JSONCoder.encode([1], into: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "x=[1]")
        #expect(throws: EncodingError.self) { try JSONCoder.encode(Double.nan, into: &bytes) }
        #expect(String(decoding: bytes, as: UTF8.self) == "x=[1]")
    }

    @Test func carriesASuperclassInSuper() throws {
        let bytes = try JSONCoder.encode(Dog(name: "Rex"))
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"super":{"legs":4},"name":"Rex"}"#)
        let dog = try JSONCoder.decode(Dog.self, from: bytes)
        #expect(dog.name == "Rex")
        #expect(dog.legs == 4)
    }

    @Test func fillsContainersInAnyOrder() throws {
        let value = Interleaved(left: [1, 2, 3], right: ["a": 1, "b": 2], matrix: [[], [7], [8, 9, 10]])
        let bytes = try JSONCoder.encode(value)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"left":[1,2,3],"right":{"a":1,"b":2},"matrix":[[],[7],[8,9,10]],"last":[1,2,3]}"#)
        #expect(try JSONCoder.decode(Interleaved.self, from: bytes) == value)
    }

    @Test func decodesAValueInsideADocument() throws {
        let document = try JSONDocument(Array(#"{"id":1,"body":{"street":"Mayor","number":3,"new":true}}"#.utf8))
        #expect(try document.root["body"]?.decode(Guest.Address.self) == Guest.Address(street: "Mayor", number: 3))
    }

    @Test func decodesALargeDictionary() throws {
        let numbers = Dictionary(uniqueKeysWithValues: (0..<20_000).map { ("\($0)\n", $0) })
        #expect(try JSONCoder.decode([String: Int].self, from: JSONCoder.encode(numbers)) == numbers)
        #expect(
            try JSONCoder.decode([Int: Bool].self, from: Array(#"{"1":true,"-2":false}"#.utf8)) == [1: true, -2: false])
    }
}
