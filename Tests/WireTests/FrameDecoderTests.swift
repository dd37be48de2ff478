import Support
import Testing

@testable import Wire

@Suite struct FrameDecoderTests {
    /// What a decoder gives for bytes that come in these pieces.
    private func frames(_ pieces: [[UInt8]], limit: Int = 1_000) throws(FrameError) -> [[UInt8]] {
        var decoder = FrameDecoder(limit: limit)
        var frames: [[UInt8]] = []
        for piece in pieces {
            let failure: FrameError? = piece.withUnsafeBytes { bytes in
                var rest = bytes
                do throws(FrameError) {
                    while let frame = try decoder.next(&rest) { frames.append(frame) }
                } catch {
                    return error
                }
                return nil
            }
            if let failure { throw failure }
        }
        return frames
    }

    private func encoded(_ frame: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(frame.count).bigEndian) { Array($0) } + frame
    }

    @Test func cutsTheStreamIntoTheSameFramesHoweverItArrives() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            let sent = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator)
                }
            }
            var rest = sent.flatMap(encoded)[...]
            var pieces: [[UInt8]] = []
            while !rest.isEmpty {
                let length = Int.random(in: 1...min(30, rest.count), using: &generator)
                pieces.append(Array(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            #expect(try frames(pieces) == sent)
        }
    }

    @Test func aFrameOfTheLimitIsReadAndALongerOneIsRefusedByItsLengthAlone() throws {
        let longest = [UInt8](repeating: 7, count: 1_000)
        #expect(try frames([encoded(longest)]) == [longest])
        #expect(throws: FrameError(length: 1_001, limit: 1_000)) { try frames([[0, 0, 3, 0xE9]]) }
        #expect(throws: FrameError(length: 0xFFFF_FFFF, limit: 1_000)) { try frames([[255, 255], [255, 255]]) }
    }

    @Test func whatCameBeforeAFrameThatIsTooLongIsGiven() {
        var decoder = FrameDecoder(limit: 3)
        (encoded([1, 2]) + encoded([1, 2, 3, 4])).withUnsafeBytes { bytes in
            var rest = bytes
            #expect((try? decoder.next(&rest)) == [1, 2])
            #expect(throws: FrameError(length: 4, limit: 3)) { try decoder.next(&rest) }
        }
    }

    @Test func randomBytesNeverGiveAFrameBeyondTheLimit() {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<2_000 {
            let garbage = (0..<Int.random(in: 0...64, using: &generator)).map { _ in
                UInt8.random(in: 0...3, using: &generator)
            }
            if let frames = try? frames([garbage]) { #expect(frames.allSatisfy { $0.count <= 1_000 }) }
        }
    }
}
