/// Leaves out of a script or style sheet what only its authors read: indentation, and lines that are nothing but comment. Line ends stay, as
/// a script's statements may end with them. Neither may a template literal run over lines, nor code follow where such a comment ends.
enum LeanSource {
    static func of(_ source: [UInt8]) -> [UInt8] {
        var lean: [UInt8] = []
        lean.reserveCapacity(source.count)
        var isInComment = false
        for line in source.split(separator: UInt8(ascii: "\n")) {
            let words = line.drop { $0 == UInt8(ascii: " ") }
            let end = words.firstRange(of: "*/".utf8)?.upperBound
            if isInComment {
                isInComment = end == nil
                continue
            }
            if words.isEmpty || words.starts(with: "//".utf8) { continue }
            if words.starts(with: "/*".utf8), end == nil || end == words.endIndex {
                isInComment = end == nil
                continue
            }
            lean.append(contentsOf: words)
            lean.append(UInt8(ascii: "\n"))
        }
        return lean
    }
}
