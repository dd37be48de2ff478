/// One pass over a text that masks addresses and long numbers.
struct RedactionScan {
    static let minimumDigits = 7
    static let secretMark = Array("[secret]".utf8)
    private static let addressMark = "[e-mail]"
    private static let numberMark = "[number]"

    private let scalars: [Unicode.Scalar]
    private var result = String.UnicodeScalarView()
    /// Where the part of the text begins that is not in the result yet.
    private var pending = 0

    init(_ bytes: [UInt8]) { scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars) }

    mutating func run() -> [UInt8] {
        var index = 0
        while index < scalars.count {
            if let end = endOfAddress(around: index) {
                mask(from: startOfLocalPart(before: index), to: end, as: Self.addressMark)
                index = end
            } else if isAtTokenStart(index), let end = endOfHarmlessNumber(at: index) {
                index = end
            } else if isDigit(index) || scalars[index] == "+", let end = endOfNumber(at: index) {
                mask(from: index, to: end, as: Self.numberMark)
                index = end
            } else if isDigit(index) {
                // A short number is passed over whole, or its tail would look like the start of another.
                while index < scalars.count, isDigit(index) { index += 1 }
            } else {
                index += 1
            }
        }
        result.append(contentsOf: scalars[pending...])
        return Array(String(result).utf8)
    }

    private mutating func mask(from start: Int, to end: Int, as mark: String) {
        if start > pending { result.append(contentsOf: scalars[pending..<start]) }
        result.append(contentsOf: mark.unicodeScalars)
        pending = end
    }

    // MARK: Addresses

    /// When there is an at sign here with something on both sides that an address could be made of: where the address ends.
    private func endOfAddress(around at: Int) -> Int? {
        guard scalars[at] == "@", at > pending, isAddressCharacter(at - 1) else { return nil }
        var end = at + 1
        while end < scalars.count, isAddressCharacter(end) { end += 1 }
        return end > at + 1 ? end : nil
    }

    private func startOfLocalPart(before at: Int) -> Int {
        var start = at
        while start > pending, isAddressCharacter(start - 1) { start -= 1 }
        return start
    }

    private func isAddressCharacter(_ index: Int) -> Bool {
        let scalar = scalars[index]
        if scalar.value >= 0x80 { return scalar.properties.isAlphabetic || isDigit(index) }
        return isLetterOrDigit(index) || ".!#$%&'*+/=?^_`{|}~-".unicodeScalars.contains(scalar)
    }

    // MARK: Numbers

    /// When a number of seven digits or more begins here: where it ends. Between its digits there may be up to two separators at a time.
    private func endOfNumber(at start: Int) -> Int? {
        var digits = 0
        var end = start
        var index = scalars[start] == "+" ? start + 1 : start
        while index < scalars.count {
            if isDigit(index) {
                digits += 1
                index += 1
                end = index
            } else if isSeparator(index), index - end < 2, digits > 0 || scalars[index] == "(" {
                index += 1
            } else {
                break
            }
        }
        return digits >= Self.minimumDigits ? end : nil
    }

    private func isDigit(_ index: Int) -> Bool {
        let scalar = scalars[index]
        if scalar.value < 0x80 { return scalar.value &- 0x30 < 10 }
        return scalar.properties.numericType == .decimal
    }

    private func isSeparator(_ index: Int) -> Bool {
        switch scalars[index] {
        case " ", "-", ".", "(", ")", "\u{A0}", "\u{2009}", "\u{202F}", "\u{2010}", "\u{2011}", "\u{2013}": true
        default: false
        }
    }

    // MARK: What only looks like one

    private func isAtTokenStart(_ index: Int) -> Bool {
        isLetterOrDigit(index) && (index == 0 || !isLetterOrDigit(index - 1))
    }

    /// When a date, a service's IPv4 address, a UUID or a long hexadecimal identifier begins here: where it ends.
    private func endOfHarmlessNumber(at start: Int) -> Int? {
        let date: [Shape] = [.digits(4...4), .mark("-"), .digits(2...2), .mark("-"), .digits(2...2)]
        let time: [Shape] = [.digits(2...2), .mark(":"), .digits(2...2), .mark(":"), .digits(2...2)]
        for separator in [Shape.mark("T"), .mark(" ")] {
            let moment = date + [separator] + time
            if let end = match(moment + [.mark("."), .digits(1...9), .maybe("Z")], at: start) { return end }
            if let end = match(moment + [.maybe("Z")], at: start) { return end }
        }
        if let end = match(date, at: start) { return end }
        let octet = Shape.digits(1...3)
        if let end = match([octet, .mark("."), octet, .mark("."), octet, .mark("."), octet], at: start),
            isPrivateAddress(start..<end)
        {
            return end
        }
        let uuid: [Shape] = [
            .hexadecimal(8...8), .mark("-"), .hexadecimal(4...4), .mark("-"), .hexadecimal(4...4), .mark("-"),
            .hexadecimal(4...4), .mark("-"), .hexadecimal(12...12),
        ]
        if let end = match(uuid, at: start) { return end }
        guard let end = match([.hexadecimal(16...128)], at: start) else { return nil }
        // All digits may be a card's number.
        return (start..<end).allSatisfy(isDigit) ? nil : end
    }

    /// RFC 1918 and loopback: the addresses of services. Others are people's, and telephone numbers are written like them.
    private func isPrivateAddress(_ range: Range<Int>) -> Bool {
        let octets = scalars[range].split(separator: ".").map { octet -> UInt32 in
            // A leading zero makes it no octet.
            octet.count > 1 && octet.first == "0" ? 256 : octet.reduce(0) { $0 * 10 + $1.value - 0x30 }
        }
        guard octets.count == 4, octets.allSatisfy({ $0 < 256 }) else { return false }
        switch (octets[0], octets[1]) {
        case (10, _), (127, _), (172, 16...31), (192, 168): return true
        default: return false
        }
    }

    private enum Shape {
        case digits(ClosedRange<Int>)
        case hexadecimal(ClosedRange<Int>)
        case mark(Unicode.Scalar)
        case maybe(Unicode.Scalar)
    }

    /// Where the text ends that has these shapes one after the other, and no letter, digit or further group of digits after them.
    private func match(_ shapes: [Shape], at start: Int) -> Int? {
        var index = start
        for shape in shapes {
            switch shape {
            case .mark(let scalar):
                guard index < scalars.count, scalars[index] == scalar else { return nil }
                index += 1
            case .maybe(let scalar):
                if index < scalars.count, scalars[index] == scalar { index += 1 }
            case .digits(let lengths):
                guard let end = run(from: index, lengths, where: { $0.value &- 0x30 < 10 }) else { return nil }
                index = end
            case .hexadecimal(let lengths):
                guard let end = run(from: index, lengths, where: { $0.isASCII && $0.properties.isASCIIHexDigit }) else {
                    return nil
                }
                index = end
            }
        }
        if index < scalars.count, isLetterOrDigit(index) { return nil }
        if index + 1 < scalars.count, scalars[index] == "-" || scalars[index] == ".", isDigit(index + 1) { return nil }
        return index
    }

    private func run(from start: Int, _ lengths: ClosedRange<Int>, where belongs: (Unicode.Scalar) -> Bool) -> Int? {
        var end = start
        while end < scalars.count, end - start < lengths.upperBound, belongs(scalars[end]) { end += 1 }
        return end - start >= lengths.lowerBound ? end : nil
    }

    private func isLetterOrDigit(_ index: Int) -> Bool {
        let scalar = scalars[index]
        if scalar.value >= 0x80 { return scalar.properties.isAlphabetic || isDigit(index) }
        return scalar.value &- 0x30 < 10 || (scalar.value | 0x20) &- 0x61 < 26
    }
}
