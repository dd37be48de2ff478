@testable import Wire

/// A body with one text.
struct Text: Codable, Sendable {
    var text: String
}

/// Gives back what it got; what the handler does with it is each test's own.
enum Echo: Operation {
    typealias Request = Text
    typealias Response = Text
    static let name = "test.echo"
    static let idempotent = true
    static let callers: Set<String> = ["tester"]
}

/// Doing it twice is not doing it once.
enum Book: Operation {
    typealias Request = Text
    typealias Response = Text
    static let name = "test.book"
    static let idempotent = false
    static let callers: Set<String> = ["tester"]
}

/// The tester may not call it.
enum Secret: Operation {
    typealias Request = Text
    typealias Response = Text
    static let name = "test.secret"
    static let idempotent = true
    static let callers: Set<String> = ["somebody-else"]
}

/// No server answers it.
enum Unknown: Operation {
    typealias Request = Text
    typealias Response = Text
    static let name = "test.unknown"
    static let idempotent = true
    static let callers: Set<String> = ["tester"]
}
