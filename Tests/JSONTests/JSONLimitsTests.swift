import JSON
import Testing

@Suite struct JSONLimitsTests {
    @Test func allowsTheDepthThatIsSetAndNotOneMore() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(throws: Never.self) { try JSONDocument(nested(64)) }
        let error = #expect(throws: JSONError.self) { try JSONDocument(nested(65)) }
        #expect(error?.offset == 64)
        #expect(throws: JSONError.self) { try JSONDocument(nested(100_000)) }
    }

    @Test func refusesATextThatIsTooLong() {
        let limits = JSONLimits(maximumBytes: 4)
        #expect(throws: Never.self) { try JSONDocument(Array("[12]".utf8), limits: limits) }
        #expect(throws: JSONError.self) { try JSONDocument(Array("[123]".utf8), limits: limits) }
    }

    @Test func refusesAStringOrANameThatIsTooLong() {
        let limits = JSONLimits(maximumStringBytes: 3)
        #expect(throws: Never.self) { try JSONDocument(Array(#"{"abc":"é1"}"#.utf8), limits: limits) }
        #expect(throws: JSONError.self) { try JSONDocument(Array(#"{"abcd":1}"#.utf8), limits: limits) }
        let error = #expect(throws: JSONError.self) { try JSONDocument(Array(#"["éé"]"#.utf8), limits: limits) }
        #expect(error?.offset == 1)
    }

    @Test func refusesMoreValuesThanAllowed() {
        let limits = JSONLimits(maximumElements: 4)
        #expect(throws: Never.self) { try JSONDocument(Array("[1,2,3]".utf8), limits: limits) }
        #expect(throws: JSONError.self) { try JSONDocument(Array("[1,2,3,4]".utf8), limits: limits) }
        #expect(throws: JSONError.self) { try JSONDocument(Array(#"{"a":1,"b":2}"#.utf8), limits: limits) }
    }

    @Test func refusesANumberOfThousandsOfDigits() {
        #expect(throws: Never.self) { try JSONDocument(Array(repeating: UInt8(ascii: "1"), count: 1_024)) }
        #expect(throws: JSONError.self) { try JSONDocument(Array(repeating: UInt8(ascii: "1"), count: 1_025)) }
    }

    @Test func tellsNothingOfTheTextInItsErrors() {
        let error = #expect(throws: JSONError.self) {
            try JSONDocument(Array(#"{"ana@example.com" "612345678"}"#.utf8))
        }
        #expect(error.map { "\($0)" } == "expected : after a member's name at byte 19")
    }
}
