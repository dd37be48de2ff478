import Support
import Testing

@testable import Postgres

/// Whatever bytes come, a field is a value or nothing.
@Suite struct FieldTests {
    private static let types: [PostgresType] = [.text, .int4, .int8, .numeric, .byteaArray, .textArray, .uuid]

    @Test func anyBytesAreReadOrRefused() {
        var generator = SeededGenerator(seed: 5)
        var arrays = 0
        var numerics = 0
        for _ in 0..<50_000 {
            // Mostly small numbers, as counts and lengths are.
            let bytes = (0..<Int.random(in: 0...48, using: &generator)).map { _ in
                Int.random(in: 0..<4, using: &generator) == 0
                    ? UInt8.random(in: 0...255, using: &generator) : UInt8.random(in: 0...2, using: &generator)
            }
            bytes.withUnsafeBytes { buffer in
                for type in Self.types {
                    let field = Field(type: type, bytes: buffer)
                    if let elements = field.elements {
                        arrays += 1
                        #expect(elements.count <= bytes.count / 4)
                        #expect(elements.allSatisfy { ($0?.bytes.count ?? 0) <= bytes.count })
                    }
                    #expect((field.uuid != nil) == (bytes.count == 16))
                    #expect((field.integer(Int32.self) != nil) == (bytes.count == 4))
                }
                if let numeric = Numeric(buffer) {
                    numerics += 1
                    #expect(!numeric.text.isEmpty)
                }
            }
        }
        #expect(arrays > 0 && numerics > 0)
    }

    @Test(arguments: [
        (-719_162, "0001-01-01"), (-1, "1969-12-31"), (0, "1970-01-01"), (11_016, "2000-02-29"), (11_017, "2000-03-01"),
        (20_425, "2025-12-03"), (47_541, "2100-03-01"),
    ])
    func daysAreDates(_ days: Int, _ date: String) {
        #expect(civilDate(daysSince1970: days) == date)
    }

    @Test func aQueueBehavesLikeAnArray() {
        var generator = SeededGenerator(seed: 6)
        var queue = FIFO<Int>()
        var model: [Int] = []
        for number in 0..<20_000 {
            switch Int.random(in: 0..<100, using: &generator) {
            case 0:
                queue.removeAll { $0 % 3 == 0 }
                model.removeAll { $0 % 3 == 0 }
            case 1..<50:
                #expect(queue.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
            default:
                queue.append(number)
                model.append(number)
            }
            #expect(queue.count == model.count && queue.first == model.first && queue.isEmpty == model.isEmpty)
        }
        #expect(queue.takeAll() == model)
        #expect(queue.isEmpty)
    }
}
