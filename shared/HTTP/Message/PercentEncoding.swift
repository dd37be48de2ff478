/// `%41` for a byte (RFC 3986 §2.1).
enum PercentEncoding {
    /// The bytes that are meant, or nil when a `%` is not followed by two hexadecimal digits. In forms and queries a
    /// `+` is a space.
    static func decode(_ bytes: some Collection<UInt8>, plusIsSpace: Bool = false) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index != bytes.endIndex {
            let byte = bytes[index]
            bytes.formIndex(after: &index)
            if byte == UInt8(ascii: "+"), plusIsSpace {
                decoded.append(32)
            } else if byte == UInt8(ascii: "%") {
                var value: UInt8 = 0
                for _ in 0..<2 {
                    guard index != bytes.endIndex, let digit = bytes[index].hexDigitValue else { return nil }
                    value = value << 4 | digit
                    bytes.formIndex(after: &index)
                }
                decoded.append(value)
            } else {
                decoded.append(byte)
            }
        }
        return decoded
    }
}

extension UInt8 {
    /// What an ASCII digit of either case stands for in hexadecimal.
    var hexDigitValue: UInt8? {
        switch self {
        case 48...57: self - 48
        case 65...70: self - 55
        case 97...102: self - 87
        default: nil
        }
    }
}
