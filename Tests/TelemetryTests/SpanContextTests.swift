import Support
import Telemetry
import Testing

@Suite struct SpanContextTests {
    private let context = SpanContext(
        traceIDHigh: 0x0af7_6519_16cd_43dd, traceIDLow: 0x8448_eb21_1c80_319c, spanID: 0xb7ad_6b71_6920_3331,
        isSampled: true)

    @Test func writesBothHeaders() {
        #expect(context.traceparent == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        #expect(context.uberTraceID == "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1")
        var other = context
        other.isSampled = false
        #expect(other.traceparent.hasSuffix("-00"))
        #expect(other.uberTraceID.hasSuffix(":0:0"))
    }

    @Test(arguments: [
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true),
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", false),
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff", true),
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02", false),
        ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true),
        ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-the-future-will-be", true),
        ("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-", true),
    ])
    func readsTraceparent(header: String, isSampled: Bool) {
        var expected = context
        expected.isSampled = isSampled
        #expect(SpanContext(traceparent: header) == expected)
    }

    @Test(arguments: [
        "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-B7AD6B7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
        "0g-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.what",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c8031.c-b7ad6b7169203331-01",
        " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ",
        "00-af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ])
    func refusesTraceparentsThatTheSpecificationRefuses(header: String) {
        #expect(SpanContext(traceparent: header) == nil)
    }

    @Test(arguments: [
        ("0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1", 0x0af7_6519_16cd_43dd as UInt64, true),
        ("af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:01", 0x0af7_6519_16cd_43dd, true),
        ("8448eb211c80319c:b7ad6b7169203331:1234:0", 0, false), ("8448EB211C80319C:B7AD6B7169203331:0:2", 0, true),
        ("8448eb211c80319c%3Ab7ad6b7169203331%3a0%3A3", 0, true), ("8448eb211c80319c:b7ad6b7169203331:0:ff", 0, true),
    ])
    func readsUberTraceID(header: String, high: UInt64, isSampled: Bool) {
        var expected = context
        expected.traceIDHigh = high
        expected.isSampled = isSampled
        #expect(SpanContext(uberTraceID: header) == expected)
    }

    @Test(arguments: [
        "", ":::", "1:2:0", "1:2:0:1:5", "0:2:0:1", "00000000000000000000000000000000:2:0:1", "1:0:0:1", "x:2:0:1",
        "1:x:0:1",
        "1:2:x:1", "1:2:0:x", "1:2:0:", "1:2:0:100", "1:2::1", "0af7651916cd43dd8448eb211c80319c0:2:0:1",
        "1:b7ad6b71692033310:0:1", "1:2:0:1 ", "-1:2:0:1",
    ])
    func refusesUberTraceIDsThatAreNone(header: String) {
        #expect(SpanContext(uberTraceID: header) == nil)
    }

    @Test func readsWhatItWritesAndSurvivesDamage() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<5_000 {
            let context = SpanContext(
                traceIDHigh: generator.next() >> UInt64.random(in: 0...63, using: &generator),
                traceIDLow: generator.next() | 1, spanID: generator.next() >> 1 | 1,
                isSampled: .random(using: &generator))
            #expect(SpanContext(traceparent: context.traceparent) == context)
            #expect(SpanContext(uberTraceID: context.uberTraceID) == context)
            for text in [context.traceparent, context.uberTraceID] {
                var bytes = Array(text.utf8)
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
                bytes.removeLast(Int.random(in: 0...2, using: &generator))
                let damaged = String(decoding: bytes, as: UTF8.self)
                if let read = SpanContext(traceparent: damaged) {
                    #expect(SpanContext(traceparent: read.traceparent) == read)
                }
                if let read = SpanContext(uberTraceID: damaged) {
                    #expect(SpanContext(uberTraceID: read.uberTraceID) == read)
                }
            }
        }
    }
}
