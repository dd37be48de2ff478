import Glibc

/// What was measured, each line beside its reference of the same run.
struct Table {
    struct Line {
        var what: String
        var measured: String
        var reference: String
        /// What is asked for, and whether it was reached; nil when nothing is.
        var bar: (text: String, isReached: Bool)?
    }

    private(set) var lines: [Line] = []

    mutating func add(_ what: String, _ measured: String, beside reference: String = "", bar: (String, Bool)? = nil) {
        let line = Line(
            what: what, measured: measured, reference: reference, bar: bar.map { (text: $0.0, isReached: $0.1) })
        lines.append(line)
        print(Self.text(line))
        fflush(nil)
    }

    func printAll() {
        print("\n| what | measured | beside | bar |\n| --- | --- | --- | --- |")
        for line in lines { print(Self.text(line)) }
    }

    private static func text(_ line: Line) -> String {
        let bar = line.bar.map { "\($0.text): \($0.isReached ? "reached" : "NOT reached")" } ?? ""
        return "| \(line.what) | \(line.measured) | \(line.reference) | \(bar) |"
    }
}

/// A number as people read it: thousands apart.
func grouped(_ number: Double) -> String {
    let digits = Array(String(Int(number.rounded())))
    var text = ""
    for (place, digit) in digits.enumerated() {
        if place > 0, (digits.count - place) % 3 == 0, digits[place - 1] != "-" { text += "," }
        text.append(digit)
    }
    return text
}

func rounded(_ number: Double, places: Int = 2) -> String {
    let factor = pow(10, Double(places))
    return String((number * factor).rounded() / factor)
}

func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
