import Glibc

/// For what must be said when there is no logger yet, or no more.
enum StandardError {
    /// One line.
    static func write(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        // There is nobody left to tell that this failed.
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
