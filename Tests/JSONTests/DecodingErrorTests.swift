import JSON
import Testing

@Suite struct DecodingErrorTests {
    private struct Booking: Decodable {
        var code: String
        var rooms: [Room]

        struct Room: Decodable {
            var guests: [String: Int8]
        }
    }

    /// The kind of the error and its path, `0` standing for the first element.
    private func failure<T: Decodable>(_ type: T.Type, _ text: String) -> String? {
        do {
            _ = try JSONCoder.decode(type, from: Array(text.utf8))
            return nil
        } catch let error as DecodingError {
            let (kind, context) =
                switch error {
                case .typeMismatch(_, let context): ("typeMismatch", context)
                case .valueNotFound(_, let context): ("valueNotFound", context)
                case .keyNotFound(let key, let context): ("keyNotFound \(key.stringValue)", context)
                case .dataCorrupted(let context): ("dataCorrupted", context)
                @unknown default: ("unknown", DecodingError.Context(codingPath: [], debugDescription: ""))
                }
            let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
            return "\(kind) in \(path.joined(separator: "."))"
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        (#"{"code":"a","rooms":[]}"#, nil),
        (#"{"rooms":[]}"#, "keyNotFound code in "),
        (#"{"code":1,"rooms":[]}"#, "typeMismatch in code"),
        (#"{"code":null,"rooms":[]}"#, "valueNotFound in code"),
        (#"{"code":"a","rooms":{}}"#, "typeMismatch in rooms"),
        (#"{"code":"a","rooms":[{"guests":{}},{}]}"#, "keyNotFound guests in rooms.1"),
        (#"{"code":"a","rooms":[{"guests":{"x":{}}}]}"#, "typeMismatch in rooms.0.guests.x"),
        (#"{"code":"a","rooms":[{"x":[1,[2]],"guests":{"\u0061":1,"b":300}}]}"#, "dataCorrupted in rooms.0.guests.b"),
        (#"[]"#, "typeMismatch in "),
        (#"null"#, "valueNotFound in "),
        (#"{"code":"a","rooms":[1,}"#, "expected a value at byte 23"),
    ])
    func sayWhatIsWrongAndWhere(text: String, failure expected: String?) {
        #expect(failure(Booking.self, text) == expected)
    }

    @Test func tellTheBytePositionAndNothingOfTheValue() throws {
        do {
            _ = try JSONCoder.decode([Int].self, from: Array(#"[1, "ana@example.com"]"#.utf8))
            Issue.record("decoded a string as a number")
        } catch DecodingError.typeMismatch(_, let context) {
            #expect(context.debugDescription == "expected an integer, found string at byte 4")
        }
    }

    @Test func startAtTheValueThatIsDecoded() throws {
        let body = try #require(try JSONDocument(Array(#"{"id":1,"body":{"a":[true]}}"#.utf8)).root["body"])
        do {
            _ = try body.decode([String: [Int]].self)
            Issue.record("decoded a Boolean as a number")
        } catch DecodingError.typeMismatch(_, let context) {
            #expect(context.codingPath.map(\.stringValue) == ["a", "Index 0"])
        }
    }

    private struct Pair: Decodable {
        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            #expect(throws: DecodingError.self) { try container.decode(Int.self) }
            #expect(container.currentIndex == 0)
            #expect(try container.decode(String.self) == "a")
            #expect(try container.decodeNil() == false)
            #expect(try container.decode(Int.self) == 2)
            #expect(try container.decodeNil() == true)
            #expect(container.isAtEnd)
            #expect(throws: DecodingError.self) { try container.decode(Int.self) }
            #expect(throws: DecodingError.self) { try container.decodeNil() }
        }
    }

    @Test func doNotPassOverTheElementThatCouldNotBeDecoded() throws {
        _ = try JSONCoder.decode(Pair.self, from: Array(#"["a",2,null]"#.utf8))
    }

    private struct Lenient: Decodable {
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            #expect(try container.decodeNil(forKey: .here))
            #expect(throws: DecodingError.self) { try container.decodeNil(forKey: .gone) }
            #expect(try container.decodeIfPresent(Int.self, forKey: .here) == nil)
            #expect(try container.decodeIfPresent(UInt8.self, forKey: .gone) == nil)
            #expect(try container.superDecoder().singleValueContainer().decodeNil())
            #expect(container.allKeys == [.here])
        }

        private enum CodingKeys: String, CodingKey { case here, gone }
    }

    @Test func doNotAriseFromWhatMayBeAbsent() throws {
        _ = try JSONCoder.decode(Lenient.self, from: Array(#"{"here":null,"unknown":1}"#.utf8))
    }
}
