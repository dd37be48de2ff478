import JSON
import Testing

@Suite struct JSONDocumentTests {
    private func document(_ text: String, _ limits: JSONLimits = .standard) throws -> JSONDocument {
        try JSONDocument(Array(text.utf8), limits: limits)
    }

    @Test func givesEachKindOfValue() throws {
        let root = try document(
            #" {"o":{"a":[1,2.5,-3e2]},"s":"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é😀","t":true,"f":false,"n":null} "#
        ).root
        #expect(root.kind == .object)
        #expect(root["o"]?["a"]?.elements.map(\.double) == [1, 2.5, -300])
        #expect(root["o"]?["a"]?.elements.map(\.int) == [1, nil, -300])
        #expect(root["s"]?.string == "a\"\\/\u{8}\u{c}\n\r\té😀é😀")
        #expect(root["t"]?.bool == true)
        #expect(root["f"]?.bool == false)
        #expect(root["n"]?.isNull == true)
        #expect(root["absent"] == nil)
        #expect(root.members.map(\.key) == ["o", "s", "t", "f", "n"])
        #expect(root.members.map(\.value.kind) == [.object, .string, .bool, .bool, .null])
    }

    @Test func givesTheBytesOfAValueAsTheyCame() throws {
        let text = #"{"id": 7 , "body": { "a" : [ 1 , 2 ] } }"#
        let body = try #require(try document(text).root["body"])
        #expect(String(decoding: body.bytes, as: UTF8.self) == #"{ "a" : [ 1 , 2 ] }"#)
        #expect(body.range == 19..<38)
    }

    @Test func answersNothingForValuesOfAnotherKind() throws {
        let root = try document(#"["1", 1, {}]"#).root
        #expect(root["a"] == nil)
        #expect(root.members.isEmpty)
        #expect(root.string == nil)
        #expect(root.elements[0].int == nil)
        #expect(root.elements[1].string == nil)
        #expect(root.elements[1].elements.isEmpty)
        #expect(root.elements[2].bool == nil)
    }

    @Test func findsANameHoweverItIsEscaped() throws {
        let root = try document(#"{"\u0061\n":1,"":2,"\ud83d\ude00":3}"#).root
        #expect(root["a\n"]?.int == 1)
        #expect(root[""]?.int == 2)
        #expect(root["😀"]?.int == 3)
        #expect(root["a"] == nil)
    }

    @Test(arguments: [
        ("9223372036854775807", 9_223_372_036_854_775_807), ("-9223372036854775808", Int.min), ("-0", 0),
        ("9223372036854775808", nil), ("1e18", 1_000_000_000_000_000_000), ("1e19", nil), ("120e-1", 12), ("1.50", nil),
        ("12.0", 12), ("0.0e999999999999", 0), ("1e999999999999", nil), ("922337203685477580.7e1", Int.max),
        ("-922337203685477580.8e1", Int.min), ("-92233720368547758.09e2", nil), ("0.1e-5", nil),
    ])
    func givesAnIntegerOnlyWhenTheNumberIsOne(text: String, value: Int?) throws {
        #expect(try document(text).root.int == value)
    }

    @Test(arguments: [
        "0.1", "5e-324", "2.2250738585072011e-308", "1.7976931348623157e308", "9007199254740993", "-0.0", "1e22",
        "1e23",
        "123456789012345678901234567890", "3.141592653589793238462643383279", "8.5e-18", "0e-400",
    ])
    func givesTheNearestDouble(text: String) throws {
        #expect(try document(text).root.double?.bitPattern == Double(text)?.bitPattern)
    }

    @Test(arguments: ["1e309", "-1e309", "1e-400", "-0.1e-999999999999"])
    func hasNoDoubleForANumberBeyondItsRange(text: String) throws {
        #expect(try document(text).root.double == nil)
    }

    @Test(arguments: [
        ("", 0), (" ", 1), ("[", 1), ("[1", 2), ("[1,", 3), ("[1,]", 3), ("[,1]", 1), ("{", 1), (#"{"a""#, 4),
        (#"{"a":"#, 5), (#"{"a":1"#, 6), (#"{"a":1,"#, 7), (#"{"a":1,}"#, 7), ("{a:1}", 1), (#"{"a" 1}"#, 5),
        ("{1:1}", 1),
        ("[1 2]", 3), ("[1}", 2), (#"{"a":1]"#, 6), ("1 2", 2), ("[]]", 2), ("tru", 0), ("truE", 0), ("nul", 0),
        ("True", 0), ("NaN", 0), ("Infinity", 0), ("-", 1), ("-a", 1), ("01", 0), ("-01", 0), ("1.", 2), (".1", 0),
        ("1.e1", 2), ("1e", 2), ("1e+", 3), ("+1", 0), ("0x1", 1), ("1_0", 1), (#"""#, 1), (#""a"#, 2), (#""\"#, 1),
        (#""\x""#, 1), (#""\u12"#, 1), (#""\u12g4""#, 1), ("\"\n\"", 1), ("\"\u{0}\"", 1), ("'a'", 0), ("// x\n1", 0),
        (#""\ud800""#, 1), (#""\udc00""#, 1), (#""\ud800\ud800""#, 1), (#""\ud800x""#, 1), ("\u{FEFF}1", 0),
        (#"{"a":1,"a":2}"#, 7), (#"{"a":1,"\u0061":2}"#, 7), (#"[{"b":{"a":1},"a":0,"b":1}]"#, 20),
    ])
    func refusesWhatIsNotJSONAndSaysWhere(text: String, offset: Int) {
        let error = #expect(throws: JSONError.self) { try document(text) }
        #expect(error?.offset == offset)
    }

    @Test(arguments: [
        [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x9F, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0x80, 0x80],
        [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xFF], [0xE2, 0x28, 0xA1],
    ])
    func refusesBytesThatAreNotUTF8(bytes: [UInt8]) {
        let error = #expect(throws: JSONError.self) { try JSONDocument([0x22, 0x61] + bytes + [0x22]) }
        #expect(error?.offset == 2)
    }

    @Test func keepsEqualNamesOfDifferentObjectsApart() throws {
        let root = try document(#"{"a":{"a":{"a":1}},"b":[{"a":2},{"a":3}]}"#).root
        #expect(root["b"]?.elements.map { $0["a"]?.int } == [2, 3])
    }

    @Test func findsAnEqualNameAmongThousands() {
        let names = (0..<5_000).map { "\"name\($0)\":0" }
        #expect(throws: Never.self) { try document("{" + names.joined(separator: ",") + "}") }
        let error = #expect(throws: JSONError.self) {
            try document("{" + names.joined(separator: ",") + #","n\u0061me17":0}"#)
        }
        #expect(error?.offset == names.joined(separator: ",").utf8.count + 2)
    }
}
