import Loop
import Support
import Testing

@Suite struct ByteBufferTests {
    @Test func behavesLikeAnArrayThatLosesItsFront() {
        var generator = SeededGenerator(seed: 1)
        var buffer = ByteBuffer()
        var model: [UInt8] = []
        for _ in 0..<20_000 {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                let bytes = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                buffer.append(bytes)
                model += bytes
            case 1:
                let wanted = Int.random(in: 1...500, using: &generator)
                let written = Int.random(in: 0...wanted, using: &generator)
                let byte = UInt8.random(in: 0...255, using: &generator)
                buffer.withRoom(wanted) { room in
                    for index in 0..<written { room[index] = byte }
                    return (written, ())
                }
                model += [UInt8](repeating: byte, count: written)
            default:
                let length = Int.random(in: 0...min(400, model.count), using: &generator)
                #expect(buffer.read(length) == Array(model.prefix(length)))
                model.removeFirst(length)
            }
            #expect(buffer.count == model.count)
            #expect(buffer.isEmpty == model.isEmpty)
            if let first = model.first { #expect(buffer[0] == first) }
        }
        #expect(buffer.withUnsafeReadableBytes { Array($0) } == model)
    }
}
