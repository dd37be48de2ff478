/// Why a text is not JSON, or more than the limits allow. It never carries any of the text, so that it may be logged.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Where, in bytes from the start of the text.
    public var offset: Int
    /// What is wrong there, in words.
    public var problem: String

    public init(offset: Int, problem: String) {
        self.offset = offset
        self.problem = problem
    }

    public var description: String { "\(problem) at byte \(offset)" }
}
