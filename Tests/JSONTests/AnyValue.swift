/// A JSON value of any shape, decoded by trying: works with every `Decoder`, so that two can be compared.
enum AnyValue: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(UInt64)
    case string([UInt8])
    case array([AnyValue])
    case object([String: AnyValue])

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Name.self) {
            var members: [String: AnyValue] = [:]
            for name in container.allKeys {
                members[name.stringValue] = try container.decode(AnyValue.self, forKey: name)
            }
            self = .object(members)
        } else if var container = try? decoder.unkeyedContainer() {
            var elements: [AnyValue] = []
            while !container.isAtEnd { elements.append(try container.decode(AnyValue.self)) }
            self = .array(elements)
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(String.self) {
                self = .string(Array(value.utf8))
            } else {
                // By its bits, so that -0 is not 0.
                self = .number(try container.decode(Double.self).bitPattern)
            }
        }
    }

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
