/// What a handler throws to answer with an error; any other error is answered 500 and logged.
public struct HTTPError: Error, Sendable, CustomStringConvertible {
    /// 400 to 599.
    public var status: Int
    /// For programs, `snake_case`.
    public var code: String
    /// For people; it goes out, so it says nothing of the inside.
    public var message: String
    /// Such as `Retry-After`.
    public var headers: HTTPHeaders

    public init(_ status: Int, _ code: String, _ message: String, headers: HTTPHeaders = [:]) {
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
    }

    public var description: String { "\(status) \(code): \(message)" }
}
