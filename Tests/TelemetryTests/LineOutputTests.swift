import Foundation
import Testing

@testable import Telemetry

@Suite struct LineOutputTests {
    private let pipe = Pipe()

    private func line(_ number: Int) -> [UInt8] {
        Array("\(number) \(String(repeating: "x", count: 900))\n".utf8)
    }

    @Test func writesLinesInOrder() throws {
        let output = LineOutput(pipe.fileHandleForWriting.fileDescriptor)
        for number in 0..<20 { output.write(line(number)) }
        try pipe.fileHandleForWriting.close()
        let text = try #require(try pipe.fileHandleForReading.readToEnd())
        #expect(Array(text) == (0..<20).flatMap(line))
        #expect(output.droppedLines == 0)
    }

    @Test func dropsWhatNobodyReadsAndGoesOnWithWholeLinesWhenTheReaderIsBack() throws {
        let output = LineOutput(pipe.fileHandleForWriting.fileDescriptor, patienceMilliseconds: 20)
        // Longer than any pipe holds: a part of it goes in.
        output.write(Array(String(repeating: "y", count: 2_000_000).utf8) + [UInt8(ascii: "\n")])
        for number in 0..<50 { output.write(line(number)) }
        #expect(output.droppedLines == 51)
        let before = pipe.fileHandleForReading.availableData
        #expect(!before.isEmpty)
        output.write(line(77))
        try pipe.fileHandleForWriting.close()
        let after = try pipe.fileHandleForReading.readToEnd() ?? Data()
        let lines = (before + after).split(separator: UInt8(ascii: "\n"))
        #expect(lines.last.map(Array.init) == line(77).dropLast())
    }

    @Test func survivesAReaderThatIsGone() throws {
        signal(SIGPIPE, SIG_IGN)
        let output = LineOutput(pipe.fileHandleForWriting.fileDescriptor)
        try pipe.fileHandleForReading.close()
        output.write(line(1))
        #expect(output.droppedLines == 1)
    }
}
