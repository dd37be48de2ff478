/// What a Unicode scalar is to a tokenizer.
enum ScalarClass {
    /// a to z, which most letters are.
    case plainLetter(UInt8, isUpper: Bool)
    case letter(folded: [UInt8], marks: Token.Marks, isUpper: Bool)
    case digit(UInt8)
    case apostrophe
    case space
    /// Zero-width and bidirectional marks, variation selectors, skin tones, combining accents.
    case invisible
    case symbol(String)

    init(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x61...0x7A: self = .plainLetter(UInt8(scalar.value), isUpper: false)
        case 0x41...0x5A: self = .plainLetter(UInt8(scalar.value + 32), isUpper: true)
        case 0x30...0x39: self = .digit(UInt8(scalar.value - 0x30))
        case 0x0A, 0x0D, 0x2028, 0x2029: self = .symbol("\n")
        case 0x00...0x20, 0x7F...0xA0: self = .space
        case 0x27, 0x60, 0xB4, 0x2018, 0x2019, 0x02BC: self = .apostrophe
        case 0x2010...0x2015, 0x2212: self = .symbol("-")
        case 0xAA, 0xBA, 0xB0: self = .symbol("º")
        case 0x21...0x7E: self = .symbol(String(scalar))
        case 0xFF01...0xFF5E:
            // Full-width forms of ASCII.
            self = Unicode.Scalar(scalar.value - 0xFEE0).map { ScalarClass($0) } ?? .space
        case 0xFE00...0xFE0F, 0x1F3FB...0x1F3FF: self = .invisible
        default: self.init(other: scalar)
        }
    }

    private init(other scalar: Unicode.Scalar) {
        if let latin = Self.latin[scalar] {
            self = latin
            return
        }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            self = .letter(
                folded: Array(properties.lowercaseMapping.utf8), marks: [], isUpper: properties.isUppercase)
        case .decimalNumber:
            self = properties.numericValue.map { .digit(UInt8($0)) } ?? .space
        case .nonspacingMark, .enclosingMark, .spacingMark, .format, .surrogate, .privateUse, .unassigned:
            self = .invisible
        case .spaceSeparator, .control, .lineSeparator, .paragraphSeparator:
            self = .space
        default:
            self = .symbol(String(scalar))
        }
    }

    /// Letters with diacritics, of the three languages and their neighbours.
    private static let latin: [Unicode.Scalar: ScalarClass] = {
        var table: [Unicode.Scalar: ScalarClass] = [:]
        let rows: [(String, String, Token.Marks)] = [
            ("áÁ", "a", .acute), ("éÉ", "e", .acute), ("íÍ", "i", .acute), ("óÓ", "o", .acute), ("úÚ", "u", .acute),
            ("ñÑ", "n", .enye), ("ãÃ", "a", .nasal), ("õÕ", "o", .nasal), ("çÇ", "c", .cedilla),
            ("âÂàÀ", "a", .circumflexOrGrave), ("êÊèÈ", "e", .circumflexOrGrave), ("îÎìÌ", "i", .circumflexOrGrave),
            ("ôÔòÒ", "o", .circumflexOrGrave), ("ûÛùÙ", "u", .circumflexOrGrave),
            ("äÄåÅāĀăĂąĄ", "a", []), ("ëËēĒėĘęĖěĚ", "e", []), ("ïÏīĪıİ", "i", []), ("öÖøØōŌőŐ", "o", []),
            ("üÜūŪůŮűŰ", "u", []), ("ýÝÿŸ", "y", []), ("ćĆčČ", "c", []), ("ďĎđĐðÐ", "d", []), ("ğĞ", "g", []),
            ("łŁĺĹľĽ", "l", []), ("ńŃňŇ", "n", []), ("řŘŕŔ", "r", []), ("śŚšŠşŞ", "s", []), ("ťŤţŢ", "t", []),
            ("źŹżŻžŽ", "z", []), ("ß", "ss", []), ("æÆ", "ae", []), ("œŒ", "oe", []),
        ]
        for (scalars, plain, marks) in rows {
            for scalar in scalars.unicodeScalars {
                table[scalar] = .letter(
                    folded: Array(plain.utf8), marks: marks, isUpper: scalar.properties.isUppercase)
            }
        }
        return table
    }()
}
