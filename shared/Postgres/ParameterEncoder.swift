import CPostgres

/// Writes a statement's parameters into one stretch of memory, which is kept and used again.
///
/// Scalars travel as text, which the server reads as whatever type the statement needs; bytes, timestamps and arrays travel in binary.
struct ParameterEncoder {
    /// What may be sent with one statement.
    static let maximumBytes = 64 << 20

    private var storage: [UInt8] = []
    /// Where each parameter begins; -1 for null.
    private var starts: [Int] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private(set) var types: [Oid] = []
    private var pointers: [UnsafePointer<CChar>?] = []

    var count: Int { starts.count }

    mutating func encode(_ values: [PostgresValue], statement: String) throws(PostgresError) {
        starts.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
        types.removeAll(keepingCapacity: true)
        // What one large parameter needed is not kept.
        if storage.capacity > 1 << 20 { storage = [] } else { storage.removeAll(keepingCapacity: true) }
        for (index, value) in values.enumerated() {
            let start = storage.count
            let isBinary: Bool
            do throws(Problem) {
                isBinary = try append(value)
            } catch {
                throw PostgresError(
                    .invalidParameter, "parameter $\(index + 1) \(error.text)", statement: statement)
            }
            guard storage.count <= Self.maximumBytes else {
                throw PostgresError(
                    .invalidParameter, "the parameters are larger than \(Self.maximumBytes) bytes", statement: statement
                )
            }
            if case .null = value { starts.append(-1) } else { starts.append(start) }
            lengths.append(Int32(storage.count - start))
            formats.append(isBinary ? 1 : 0)
            types.append(value.type.rawValue)
            // libpq reads text up to its NUL.
            storage.append(0)
        }
    }

    /// Gives `body` what libpq's functions take: values, lengths, formats.
    mutating func withPointers<Result>(
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        pointers.removeAll(keepingCapacity: true)
        return storage.withUnsafeBytes { bytes in
            for start in starts {
                let address = start < 0 ? nil : bytes.baseAddress.map { $0 + start }
                pointers.append(address?.assumingMemoryBound(to: CChar.self))
            }
            return body(pointers, lengths, formats)
        }
    }

    private struct Problem: Error { var text: String }

    /// Whether it was written in binary.
    private mutating func append(_ value: PostgresValue) throws(Problem) -> Bool {
        switch value {
        case .null: return false
        case .int(let number): appendDecimal(number)
        case .double(let number): storage.append(contentsOf: number.description.utf8)
        case .bool(let value): storage.append(value ? UInt8(ascii: "t") : UInt8(ascii: "f"))
        case .text(let text): try appendWithoutNUL(text.utf8)
        case .json(let bytes): try appendWithoutNUL(bytes)
        case .bytes(let bytes):
            storage.append(contentsOf: bytes)
            return true
        case .timestamp(let microseconds):
            append(PostgresEpoch.toServer(microseconds))
            return true
        case .intArray(let elements):
            appendArray(elements, of: .int8) { $0.append(Int64($1)) }
            return true
        case .textArray(let elements):
            appendArray(elements, of: .text) { $0.storage.append(contentsOf: $1.utf8) }
            return true
        case .bytesArray(let elements):
            appendArray(elements, of: .bytea) { $0.storage.append(contentsOf: $1) }
            return true
        case .jsonArray(let elements):
            appendArray(elements, of: .jsonb) {
                // The version of jsonb's binary form, which is text after that.
                $0.storage.append(1)
                $0.storage.append(contentsOf: $1)
            }
            return true
        case .timestampArray(let elements):
            appendArray(elements, of: .timestamptz) { $0.append(PostgresEpoch.toServer($1)) }
            return true
        }
        return false
    }

    /// libpq would cut text at a NUL and say nothing.
    private mutating func appendWithoutNUL(_ bytes: some Collection<UInt8>) throws(Problem) {
        let start = storage.count
        storage.append(contentsOf: bytes)
        guard !storage[start...].contains(0) else {
            throw Problem(text: "holds a NUL, which PostgreSQL can't store in text")
        }
    }

    private mutating func appendDecimal(_ number: Int) {
        if number < 0 { storage.append(UInt8(ascii: "-")) }
        let start = storage.count
        var rest = number.magnitude
        repeat {
            storage.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        storage[start...].reverse()
    }

    /// array_recv: dimensions, whether there are nulls, the elements' type; then the only dimension's size and lower bound; then the elements.
    private mutating func appendArray<Element>(
        _ elements: [Element?], of type: PostgresType, _ write: (inout Self, Element) -> Void
    ) {
        append(Int32(elements.isEmpty ? 0 : 1))
        append(Int32(elements.contains { $0 == nil } ? 1 : 0))
        append(Int32(bitPattern: type.rawValue))
        guard !elements.isEmpty else { return }
        append(Int32(clamping: elements.count))
        append(Int32(1))
        for element in elements {
            guard let element else {
                append(Int32(-1))
                continue
            }
            let position = storage.count
            append(Int32(0))
            write(&self, element)
            let length = UInt32(clamping: storage.count - position - 4)
            for shift in 0..<4 { storage[position + shift] = UInt8(truncatingIfNeeded: length >> (24 - 8 * shift)) }
        }
    }

    private mutating func append<Integer: FixedWidthInteger>(_ number: Integer) {
        withUnsafeBytes(of: number.bigEndian) { storage.append(contentsOf: $0) }
    }
}
