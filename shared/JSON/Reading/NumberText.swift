/// A number as the scanner has checked it; conversions are exact or refuse.
struct NumberText {
    let bytes: UnsafeBufferPointer<UInt8>

    /// The integer that the text stands for, also when it is written with a fraction or an exponent (`1.0`, `1e3`); nil when it is none, or
    /// `Integer` can't hold it.
    @inline(__always)
    func integer<Integer: FixedWidthInteger>(_ type: Integer.Type, isPlain: Bool) -> Integer? {
        // Eighteen digits always fit.
        if isPlain, bytes.count <= 18 {
            var value: Int64 = 0
            let isNegative = bytes[0] == UInt8(ascii: "-")
            for index in (isNegative ? 1 : 0)..<bytes.count {
                value = value &* 10 &+ Int64(bytes[index] &- UInt8(ascii: "0"))
            }
            return Integer(exactly: isNegative ? 0 &- value : value)
        }
        return exactInteger(type)
    }

    /// Digits times a power of ten, without rounding anything.
    private func exactInteger<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer? {
        let parts = DecimalParts(bytes)
        var digits = bytes[parts.digits].filter { $0 != UInt8(ascii: ".") }[...]
        digits = digits.drop { $0 == UInt8(ascii: "0") }
        var exponent = parts.exponent
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            exponent += 1
        }
        if digits.isEmpty { return 0 }
        guard exponent >= 0 else { return nil }
        var value: Integer = 0
        let zeros = repeatElement(UInt8(ascii: "0"), count: min(exponent, 64))
        for digit in [AnySequence(digits), AnySequence(zeros)].joined() {
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            let unit = Integer(truncatingIfNeeded: digit - UInt8(ascii: "0"))
            let (sum, carried) =
                parts.isNegative ? product.subtractingReportingOverflow(unit) : product.addingReportingOverflow(unit)
            if overflowed || carried { return nil }
            value = sum
        }
        return value
    }

    /// The nearest `Double`; nil when the number is too large for one, or so small that only zero is left of it.
    var double: Double? {
        quickDouble ?? checked(Double(String(decoding: bytes, as: UTF8.self)))
    }

    /// The nearest `Float`; nil when the number is too large for one, or so small that only zero is left of it.
    var float: Float? {
        checked(Float(String(decoding: bytes, as: UTF8.self)))
    }

    private func checked<Number: BinaryFloatingPoint>(_ value: Number?) -> Number? {
        guard let value, value.isFinite else { return nil }
        let isZero = {
            bytes[DecimalParts(bytes).digits].allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") }
        }
        return value != 0 || isZero() ? value : nil
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// Of at most 15 digits and a small power of ten, both exact as `Double`, so that one operation rounds right (Clinger, 1990).
    private var quickDouble: Double? {
        guard bytes.count <= 24 else { return nil }
        let parts = DecimalParts(bytes)
        guard parts.digits.count <= 16, parts.exponent >= -22, parts.exponent <= 22 else { return nil }
        var significand: Int64 = 0
        for index in parts.digits where bytes[index] != UInt8(ascii: ".") {
            significand = significand * 10 + Int64(bytes[index] - UInt8(ascii: "0"))
        }
        guard significand < 1 << 53 else { return nil }
        let magnitude =
            parts.exponent < 0
            ? Double(significand) / Self.powersOfTen[-parts.exponent]
            : Double(significand) * Self.powersOfTen[parts.exponent]
        return parts.isNegative ? -magnitude : magnitude
    }
}

/// Where the parts of a number are.
private struct DecimalParts {
    var isNegative: Bool
    /// The digits before and after the point, and the point.
    var digits: Range<Int>
    /// Of ten, when the digits are read without the point; held within ±100,000.
    var exponent: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        isNegative = bytes[0] == UInt8(ascii: "-")
        let start = isNegative ? 1 : 0
        var index = start
        var point: Int?
        while index < bytes.count, bytes[index] | 0x20 != UInt8(ascii: "e") {
            if bytes[index] == UInt8(ascii: ".") { point = index }
            index += 1
        }
        digits = start..<index
        let fractionDigits = if let point { index - point - 1 } else { 0 }
        var written = 0
        if index < bytes.count {
            index += 1
            let isDown = bytes[index] == UInt8(ascii: "-")
            if isDown || bytes[index] == UInt8(ascii: "+") { index += 1 }
            while index < bytes.count {
                written = min(written * 10 + Int(bytes[index] - UInt8(ascii: "0")), 100_000)
                index += 1
            }
            if isDown { written = -written }
        }
        exponent = written - fractionDigits
    }
}
