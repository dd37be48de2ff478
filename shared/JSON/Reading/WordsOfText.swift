/// Eight bytes of text at a time: which of them need a closer look. The marks are highest bits; above the lowest mark others may be wrong.

private let ones: UInt64 = 0x0101_0101_0101_0101

/// Marks quotes, backslashes and bytes below 0x20.
@inline(__always)
func bytesThatNeedEscape(_ word: UInt64) -> UInt64 {
    let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
    let backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
    let control = word &- (ones &* 0x20)
    return ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash | control & ~word) & (ones &* 0x80)
}

/// Marks the same, and bytes beyond ASCII.
@inline(__always)
func bytesThatEndPlainText(_ word: UInt64) -> UInt64 { bytesThatNeedEscape(word) | word & (ones &* 0x80) }
