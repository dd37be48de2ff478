import Glibc

/// Standard output, for lines from any thread.
public enum StandardOutput {
    private static let output = LineOutput(STDOUT_FILENO)

    /// Writes the bytes with no other thread's between them; drops them when nobody reads (`LineOutput`).
    public static func write(_ line: [UInt8]) { output.write(line) }

    /// Lines that were dropped since the start because nobody read.
    public static var droppedLines: Int { output.droppedLines }
}
